-- time.timer: fires once, can be stopped and reset.
-- modules: time
local time = require("time")
local t = assert(time.timer("5ms"))
assert(t:channel() == t:channel() and t:response() == t:channel())
local at, ok = t:channel():receive()
assert(ok and at:year() > 2000 and select(2, t:channel():receive()) == false)
assert(t:stop() == false and t:reset("1ms") == false)
-- stopped before it fires
t = time.timer("1h")
assert(t:stop() == true and t:stop() == false and t:reset("1ms") == false)
at, ok = t:channel():receive()
assert(at == nil and ok == false)
-- reset: sooner, and later
t = time.timer("1h")
local before = time.now()
assert(t:reset("5ms") == true and t:reset("10ms") == true)
at, ok = t:channel():receive()
assert(ok and time.now():sub(before):milliseconds() >= 10 and select(2, t:channel():receive()) == false)
-- a receiver that waits is woken by stop
t = time.timer("1h")
coroutine.spawn(function() t:stop() end)
at, ok = t:channel():receive()
assert(at == nil and ok == false)
for _, bad in ipairs{0, -1, "x"} do
  local none, err = time.timer(bad)
  assert(none == nil and errors.is(err, errors.INVALID))
  assert(not pcall(t.reset, t, bad))
end
assert(not pcall(time.timer) and not pcall(t.stop, {}) and not pcall(t.channel)) -- lint: ignore E0000, E0003
