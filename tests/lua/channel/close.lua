-- channel: closing wakes everybody: receivers get nil and false, blocked and later senders raise.
local ch = channel.new()
local results = channel.new(10)
for _ = 1, 3 do
  coroutine.spawn(function()
    local v, ok = ch:receive()
    results:send(v == nil and ok == false)
  end)
end
coroutine.yield()
ch:close()
for _ = 1, 3 do assert(results:receive() == true) end
local full = channel.new(1)
full:send("kept")
for _ = 1, 2 do
  coroutine.spawn(function()
    local ok, message = pcall(full.send, full, "lost")
    results:send(not ok and tostring(message))
  end)
end
coroutine.yield()
full:close()
for _ = 1, 2 do
  local message = results:receive()
  assert(message and message:find("send on closed channel", 1, true), tostring(message))
end
assert(full:receive() == "kept" and select(2, full:receive()) == false)
local ok, message = pcall(function() full:send(1) end)
assert(not ok and tostring(message):find("send on closed channel", 1, true))
-- however many wait, all are told
local many, told = channel.new(), channel.new(3000)
for i = 1, 3000 do
  coroutine.spawn(function() told:send({many:receive()}) end)
end
coroutine.yield()
many:close()
for _ = 1, 3000 do
  local got = told:receive()
  assert(got[1] == nil and got[2] == false)
end
