-- logger: with and named give new loggers and leave the old one alone.
-- modules: logger
local logger = require("logger")
local named = assert(logger:named("app.part"))
local with = named:with{request = 7}
assert(named ~= logger and with ~= named and type(with.info) == "function")
assert(select("#", with:info("hello", {more = 1})) == 0)
assert(select("#", with:with{}:with{a = 1}:named("x"):warn("deep")) == 0)
local none, err = logger:named("")
assert(none == nil and errors.is(err, errors.INVALID) and err:message():find("empty", 1, true))
assert(not pcall(logger.named, logger) and not pcall(logger.named, logger, {})) -- lint: ignore E0000, E0003
assert(logger:with(nil) and logger:with("x")) -- lint: ignore E0000
assert(not pcall(function() logger.info = print end)) -- lint: ignore E0008
