-- logger: methods return nothing and never fail, whatever they are given.
-- modules: logger
local logger = require("logger")
local cyclic = {}
cyclic.me = cyclic
local fields = {text = "x", n = 1, f = 0.5, flag = true, list = {1, 2}, map = {k = {}}, fn = print, err = errors.new("bad"), ch = channel.new(), cyclic = cyclic, [1] = "ignored", ["a\xffb"] = "\xff"}
for _, name in ipairs{"debug", "info", "warn", "error"} do
  assert(select("#", logger[name](logger, "message")) == 0)
  assert(select("#", logger[name](logger, "message", fields)) == 0)
  assert(select("#", logger[name](logger)) == 0)
  logger[name](logger, nil, "no table")
  logger[name](logger, {}, 5)
  logger[name](logger, errors.new("an error"), {})
  logger[name](logger, "bytes \xff\0\n")
end
