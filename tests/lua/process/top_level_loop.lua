-- An endless loop at the top level of a unit is ended like any other: by terminate, and by the time limit of a call.
-- modules: registry, funcs
local registry, funcs = require("registry"), require("funcs")
local source = "while true do end return function() return 1 end"
local made = registry.snapshot():changes()
made = made:create{id = "top:loops", kind = "process.lua", data = {source = source}}
made = made:create{id = "top:called", kind = "function.lua", data = {source = source}}
assert(made:apply())
local events, host = process.events(), "test:processes"
local pid = assert(process.spawn_monitored("top:loops", host))
-- Others of the same program wait for nobody's image.
local second = assert(process.spawn_monitored("top:loops", host))
for _, one in ipairs{pid, second} do
  assert(process.terminate(one) == true)
  local e = events:receive()
  assert(e.from == one and e.result.error:kind() == "Canceled", tostring(e.result.error)) -- lint: ignore E0023
end
for _ = 1, 2 do
  local got, err = funcs.new():with_options{timeout = 20}:call("top:called")
  assert(got == nil and errors.is(err, errors.TIMEOUT), tostring(err))
end
