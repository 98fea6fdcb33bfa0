-- channel: a value reaches whatever the wait stood in: lists, metamethods, callbacks, pcall.
local ch, back = channel.new(), channel.new()
-- answers each request with the next of `values`, after the requester waits
local function serve(...)
  local values = table.pack(...)
  coroutine.spawn(function() for i = 1, values.n do ch:send(values[i]) end end)
end
serve(1, 2, 3, nil, 5, 6, 7, false, "x")
local list = {"first", ch:receive()}
assert(#list == 3 and list[2] == 1 and list[3] == true)
assert(select("#", ch:receive()) == 2)
local v, ok, more = ch:receive()
assert(v == 3 and ok == true and more == nil)
v, ok = ch:receive()
assert(v == nil and ok == true)
ch:receive()
assert((ch:receive()) == 6)
local function tail() return ch:receive() end
assert(select("#", tail()) == 2)
if ch:receive() then error("false is no truth") end
assert(ch:receive() .. "y" == "xy")
-- a sender that waits: its result, too
coroutine.spawn(function() for _ = 1, 6 do back:receive() end end)
local sent, none = back:send("v")
assert(sent == true and none == nil and select("#", back:send("v")) == 1)
assert(back:send("v") and not not back:send("v"))
back:send("v")
local kept = {back:send("v"), back.send}
assert(kept[1] == true)
-- metamethods
local o = setmetatable({}, {
  __index = function(_, k) return (ch:receive()) end,
  __newindex = function(_, k, value) rawset(kept, k, ch:receive()) end,
  __add = function() return ch:receive() end,
  __lt = function() return ch:receive() end,
  __eq = function() return ch:receive() end,
  __concat = function() return ch:receive() end,
  __call = ch.receive and function() return ch:receive() end,
  __tostring = function() return ch:receive() end,
})
serve("i", "n", "a", true, false, "c", "k", "t")
assert(o.x == "i")
o.y = 1
assert(kept.y == "n" and o + 1 == "a")
assert(o < o)
assert(o ~= setmetatable({}, getmetatable(o)))
assert(o .. "z" == "c")
v, ok = o()
assert(v == "k" and ok == true and tostring(o) == "t")
-- natives themselves as metamethods, as iterators, as callbacks
serve(1, 2, 3)
local m = setmetatable({}, {__index = function() return ch:receive() end, __unm = function() return ch:receive() end})
assert(m.x == 1 and -m == 2 and m[1] == 3)
coroutine.spawn(function() for i = 1, 5 do ch:send(i) end ch:send(nil) end)
local sum = 0
for n, fine in ch.receive, ch do assert(fine == true) sum = sum + n end
assert(sum == 15)
coroutine.spawn(function() while true do local pair = ch:receive() back:send(pair[1] < pair[2]) end end)
local sorted = {5, 3, 9, 1, 7, 2, 8}
table.sort(sorted, function(x, y) ch:send({x, y}) return (back:receive()) end)
assert(table.concat(sorted) == "1235789")
assert(("a-b"):gsub("%a", function(c) ch:send({c, "b"}) return tostring((back:receive())) end) == "true-false")
-- protected calls
local other = channel.new()
coroutine.spawn(function() other:send("p") other:send("q") other:receive() other:close() end)
local fine, got, open = pcall(other.receive, other)
assert(fine and got == "p" and open == true)
assert(select("#", pcall(function() return other:receive() end)) == 3)
assert(pcall(other.send, other, 1))
fine, got, open = pcall(other.receive, other)
assert(fine and got == nil and open == false)
-- coroutines that the program resumes: what waits in them is nobody else's to resume, before and after its value is there
local gate, inner = channel.new(), nil
coroutine.spawn(function()
  gate:send("one")
  assert(coroutine.status(inner) == "suspended")
  local done, why = coroutine.resume(inner, "two")
  assert(done == false and why == "cannot resume non-suspended coroutine", why)
  gate:send("three")
end)
inner = coroutine.create(function()
  local x = gate:receive()
  local y = coroutine.yield(x)
  return x, y, (gate:receive())
end)
local _, x = coroutine.resume(inner)
assert(x == "one")
local _, a, b, c = coroutine.resume(inner, "own")
assert(a == "one" and b == "own" and c == "three")
local gen = coroutine.wrap(function() while true do coroutine.yield(gate:receive()) end end)
coroutine.spawn(function() for i = 1, 3 do gate:send(i) end end)
for i = 1, 3 do
  v, ok = gen()
  assert(v == i and ok == true)
end
-- deep in a stack
local function deep(n) if n == 0 then return (gate:receive()) end return 1 + deep(n - 1) end
coroutine.spawn(function() gate:send(0) end)
assert(deep(20000) == 20000)
-- what is on its way lives however much is made meanwhile
local many = {}
for i = 1, 50 do
  coroutine.spawn(function()
    local value = gate:receive()
    assert(value[1][1] == i, i)
    many[#many + 1] = i
  end)
end
coroutine.yield()
for i = 1, 50 do
  gate:send({{i}})
  for k = 1, 2000 do local garbage = {k, tostring(k)} end
end
while #many < 50 do coroutine.yield() end
