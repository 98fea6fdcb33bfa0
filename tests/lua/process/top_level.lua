-- Waiting at the top level of a unit is Invalid and names entry and line; a call of it answers so.
-- modules: registry, funcs
local registry, funcs = require("registry"), require("funcs")
assert(registry.snapshot():changes():create{id = "top:waits", kind = "function.lua", data = {source = "local x = 1\nchannel.new():receive()\nreturn function() end"}}:apply())
local got, err = funcs.call("top:waits")
assert(got == nil and errors.is(err, errors.INVALID), tostring(err))
assert(err:message():find("top:waits:2", 1, true) and err:message():find("top level", 1, true), err:message())
