-- time.ticker: ticks until stopped; what nobody takes is dropped beyond 16.
-- modules: time
local time = require("time")
local before = time.now()
local t = assert(time.ticker("2ms"))
assert(t:channel() == t:response())
local last = before
for _ = 1, 5 do
  local at, ok = t:channel():receive()
  assert(ok and not at:before(last))
  last = at
end
assert(time.now():sub(before):milliseconds() >= 10)
time.sleep("60ms")
assert(t:stop() == true and t:stop() == false)
local waiting = 0
while select(2, t:channel():receive()) do waiting = waiting + 1 end
assert(waiting <= 16 and waiting >= 1, waiting)
for _, bad in ipairs{0, -1, "x"} do
  local none, err = time.ticker(bad)
  assert(none == nil and errors.is(err, errors.INVALID))
end
assert(not pcall(time.ticker) and not pcall(t.stop)) -- lint: ignore E0003
