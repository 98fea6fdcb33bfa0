-- process: a backlog of many topics: each listener gets its own, in order; the inbox gets the rest as it came.
local N, me = 100000, process.pid()
for round = 1, 2 do
  for i = 1, N, 2 do process.send(me, "t" .. i, i, round) end
  for i = 2, N, 20 do process.send(me, "t" .. i, i, round) end
end
local taken = 0
for i = N - 1, 1, -2 do
  local ch = process.listen("t" .. i)
  for round = 1, 2 do
    local got = ch:receive()
    assert(got[1] == i and got[2] == round)
    taken = taken + 1
  end
  assert(channel.select({ch:case_receive()}, true).default)
end
assert(taken == N)
local inbox = process.inbox()
for round = 1, 2 do
  for i = 2, N, 20 do
    local m = inbox:receive()
    local p = m:payload()
    assert(m:topic() == "t" .. i and p[1]:data() == i and p[2]:data() == round) -- lint: ignore E0018
  end
end
assert(channel.select({inbox:case_receive()}, true).default)
