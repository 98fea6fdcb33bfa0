-- channel.select: waits for whichever case comes first; the others are as if they had never been.
local a, b, done = channel.new(), channel.new(), channel.new(1)
coroutine.spawn(function() b:send("late") end)
local r = channel.select{a:case_receive(), b:case_receive()}
assert(r.channel == b and r.value == "late" and r.ok)
-- the abandoned case on a takes nothing
local r2 = channel.select{a:case_send(1), default = true}
assert(r2.default)
-- a waiting send case
coroutine.spawn(function() done:send(a:receive()) end)
r = channel.select{b:case_receive(), a:case_send("to a")}
assert(r.channel == a and r.ok == true and done:receive() == "to a")
-- closing wakes a select
coroutine.spawn(function() b:close() end)
r = channel.select{a:case_receive(), b:case_receive()}
assert(r.channel == b and r.ok == false and r.value == nil)
-- many rounds over the same cases do not pile up
local data, quit = channel.new(), channel.new()
coroutine.spawn(function()
  for i = 1, 2000 do data:send(i) end
  quit:close()
end)
local cases, sum = {quit:case_receive(), data:case_receive()}, 0
while true do
  local got = channel.select(cases)
  if got.channel == quit then break end
  sum = sum + got.value
end
assert(sum == 2000 * 2001 / 2)
