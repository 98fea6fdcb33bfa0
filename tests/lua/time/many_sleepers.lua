-- time: eighty thousand sleeping coroutines wake, each once and none too early.
-- modules: time
local time = require("time")
local N, left, woken, done = 80000, 80000, {}, channel.new(1)
for i = 1, N do
  coroutine.spawn(function()
    local due = time.now():add(time.MILLISECOND)
    time.sleep("1ms")
    assert(not woken[i] and not time.now():before(due))
    woken[i] = true
    left = left - 1
    if left == 0 then done:send(true) end
  end)
end
done:receive()
assert(left == 0 and #woken == N)
