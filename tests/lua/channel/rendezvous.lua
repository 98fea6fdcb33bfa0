-- channel: without room a send waits for its receiver, and the other way round.
local ch = channel.new()
local log = {}
coroutine.spawn(function()
  for i = 1, 3 do
    log[#log + 1] = "send " .. i
    assert(ch:send(i) == true)
    log[#log + 1] = "sent " .. i
  end
  ch:close()
end)
for i = 1, 3 do
  local v, ok = ch:receive()
  assert(v == i and ok == true)
  log[#log + 1] = "got " .. i
end
local v, ok = ch:receive()
assert(v == nil and ok == false)
assert(log[1] == "send 1" and #log == 9, table.concat(log, ","))
local at = {}
for i, line in ipairs(log) do at[line] = i end
assert(at["send 1"] < at["got 1"] and at["send 2"] < at["got 2"] and at["got 1"] < at["got 2"])
assert(ch == ch and ch ~= channel.new())
