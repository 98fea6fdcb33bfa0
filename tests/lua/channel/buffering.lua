-- channel: room for values, closing keeps what waits readable, nil is a value.
local ch = channel.new(3)
assert(ch:send("a") and ch:send(nil) and ch:send(false))
ch:close()
ch:close()
local v, ok = ch:receive()
assert(v == "a" and ok == true)
v, ok = ch:receive()
assert(v == nil and ok == true)
v, ok = ch:receive()
assert(v == false and ok == true)
for _ = 1, 2 do
  v, ok = ch:receive()
  assert(v == nil and ok == false)
end
assert(select("#", channel.new():close()) == 0)
-- a full channel holds its sender until somebody receives; order is kept
local small = channel.new(2)
local sent = 0
coroutine.spawn(function()
  for i = 1, 100 do small:send(i) sent = i end
  small:close()
end)
coroutine.yield()
assert(sent == 2, sent)
for i = 1, 100 do assert(small:receive() == i) end
assert(select(2, small:receive()) == false)
-- negative and absent sizes are 0; a channel's values are the very same objects
local t = {}
local one = channel.new(1)
one:send(t)
assert(one:receive() == t)
for _, size in ipairs{-1, 0} do
  local c = channel.new(size)
  local r = channel.select{c:case_send(1), default = true}
  assert(r.default)
end
