-- channel: two coroutines that chat for ever hold up neither timers nor mail nor other coroutines.
-- modules: time
local time = require("time")
local a, b = channel.new(), channel.new()
local rounds = 0
coroutine.spawn(function() while true do b:send(a:receive()) end end)
coroutine.spawn(function()
  local i = 0
  while true do
    i = i + 1
    a:send(i)
    assert(b:receive() == i)
    rounds = rounds + 1
  end
end)
local inbox = process.inbox()
process.send(process.pid(), "work", "mail")
assert(inbox:receive():payload():data() == "mail" and rounds < 1000, rounds)
assert(select(2, assert(time.after("2ms")):receive()) == true)
time.sleep("1ms")
local before = rounds
for _ = 1, 200 do coroutine.yield() end
assert(rounds > before)
-- one that never waits has its turns, too
local busy = 0
coroutine.spawn(function() for i = 1, 100000 do busy = i if i % 1000 == 0 then coroutine.yield() end end end)
while busy < 100000 do coroutine.yield() end
-- and they live with the mail of a whole crowd
for i = 1, 500 do process.send(process.pid(), "work", i) end
for i = 1, 500 do assert(inbox:receive():payload():data() == i) end
