-- channel: who is woken goes on in the order of waking, and whoever woke it first goes on itself.
local log = {}
local function note(text) log[#log + 1] = text end
local function said(expected)
  local got = table.concat(log, " ")
  assert(got == expected, got)
  log = {}
end
-- receivers are served in the order in which they came
local ch, over = channel.new(), channel.new(8)
for i = 1, 3 do
  coroutine.spawn(function()
    note("wait" .. i)
    local v = ch:receive()
    note("got" .. i .. "=" .. v)
    over:send(i)
  end)
end
coroutine.yield()
said("wait1 wait2 wait3")
for i, v in ipairs{"a", "b", "c"} do ch:send(v) note("sent" .. i) end
assert(over:receive() == 1)
said("sent1 sent2 sent3 got1=a got2=b got3=c")
assert(over:receive() == 2 and over:receive() == 3)
-- so are senders
for i = 1, 3 do
  coroutine.spawn(function() assert(ch:send(i) == true) note("sent" .. i) over:send(i) end)
end
coroutine.yield()
for i = 1, 3 do assert(ch:receive() == i) note("got" .. i) end
said("got1 got2 got3")
for i = 1, 3 do assert(over:receive() == i) end
said("sent1 sent2 sent3")
-- one that only yields and one that is spawned on the way have their turns between two that chat
local ping, pong = channel.new(), channel.new()
coroutine.spawn(function()
  for v in ping.receive, ping do note("ping" .. v) pong:send(v) end
end)
local steps = 0
coroutine.spawn(function()
  while steps < 3 do steps = steps + 1 note("step" .. steps) coroutine.yield() end
end)
for i = 1, 3 do
  ping:send(i)
  if i == 2 then coroutine.spawn(function() note("new") end) end
  note("pong" .. pong:receive())
end
said("ping1 step1 pong1 step2 ping2 step3 pong2 new ping3 pong3")
ping:close()
-- values go through a chain of coroutines in as many turns
local first = channel.new()
local last = first
for _ = 1, 200 do
  local from, to = last, channel.new()
  coroutine.spawn(function()
    while true do
      local v, ok = from:receive()
      if not ok then to:close() return end
      to:send(v + 1)
    end
  end)
  last = to
end
for i = 1, 20 do
  first:send(i)
  assert(last:receive() == i + 200)
end
first:close()
assert(select(2, last:receive()) == false)
-- one that was spawned is no main coroutine
local ran = channel.new(1)
local co = coroutine.spawn(function() ran:send(coroutine.running()) end)
assert(ran:receive() == co and coroutine.running() == nil)
