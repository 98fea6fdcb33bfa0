-- funcs.call: chains give the same inline and in tasks of their own, at every depth; a limit ends them at every depth.
-- modules: funcs, time
local funcs, time = require("funcs"), require("time")
local limited = funcs.new():with_options{timeout = 15}
local function chains()
  for _, depth in ipairs{0, 1, 2, 7, 15, 16, 17, 20} do
    local value, err = funcs.call("test:nest", depth)
    assert(value == depth, tostring(value) .. " " .. tostring(err))
    value, err = funcs.call("test:nest", depth, "raise")
    assert(value == nil and err:kind() == errors.CONFLICT and tostring(err):find("at the bottom", 1, true), tostring(err))
    for _, bottom in ipairs{"sleep", "spin"} do
      value, err = limited:call("test:nest", depth, bottom)
      assert(value == nil and err:kind() == errors.TIMEOUT and err:retryable() == true, tostring(err))
    end
  end
end
-- Alone: each callee is polled within its caller.
chains()
-- Beside another coroutine: each call of this process has a task of its own.
local stop = channel.new()
coroutine.spawn(function() stop:receive() end)
time.sleep("1ms")
chains()
stop:send(true)
