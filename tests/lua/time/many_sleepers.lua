-- time: eighty thousand sleeping coroutines wake in time that grows with their number only.
-- modules: time
local time = require("time")
local left, done, started = 80000, channel.new(1), time.now()
for _ = 1, left do coroutine.spawn(function() time.sleep("1ms") left = left - 1 if left == 0 then done:send(true) end end) end
done:receive()
assert(time.now():sub(started):milliseconds() < 1500, tostring(time.now():sub(started)))
