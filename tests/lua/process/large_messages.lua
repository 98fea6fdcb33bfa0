-- process: large values travel whole: kinds, sharing, cycles, long texts, keys; what cannot travel is named.
-- modules: funcs
local funcs, me = require("funcs"), process.pid()
local N = 8000
local function make(version)
  local shared, t = {"shared"}, {list = {}, map = {}, holes = {1, nil, nil, 4}, empty = {}, text = ("ab"):rep(500000), short = "x"}
  for i = 1, N do
    t.list[i] = {version, i, name = "n" .. i, shared}
    local v = i % 2 == 0
    if i % 3 == 0 then v = i * 0.5 elseif i % 3 == 2 then v = ("v"):rep(i % 5000 == 0 and 5000 or 3) end
    t.map["k" .. i] = v
    t.map[-i] = shared
  end
  for i = 1, N, 7 do t.map[-i] = nil end
  t.map[shared] = t
  t.self = t
  return t
end
local function check(t, version)
  assert(t.self == t and #t.text == 1000000 and t.text == ("ab"):rep(500000) and t.short == "x")
  assert(t.holes[1] == 1 and t.holes[4] == 4 and next(t.empty) == nil and #t.list == N)
  local shared = t.list[1][3]
  assert(shared[1] == "shared" and t.map[shared] == t)
  for i = 1, N do
    local row = t.list[i]
    assert(row[1] == version and row[2] == i and row.name == "n" .. i and row[3] == shared and #row == 3)
    local v = t.map["k" .. i]
    if i % 3 == 0 then assert(v == i * 0.5) elseif i % 3 == 1 then assert(v == (i % 2 == 0)) else assert(#v == (i % 5000 == 0 and 5000 or 3)) end
    assert(t.map[-i] == (i % 7 ~= 1 and shared or nil))
  end
  local n = 0
  for _ in pairs(t.map) do n = n + 1 end
  assert(n == 2 * N - math.ceil(N / 7) + 1, n)
end
local t = make(1)
check(t, 1)
local ch = process.listen("large")
assert(process.send(me, "large", t))
check(ch:receive(), 1)
-- several at once, and as Message objects
assert(process.send(me, "inbox", t, 7, t))
local m = process.inbox():receive():payload()
check(m[1]:data(), 1) -- lint: ignore E0018
assert(m[2]:data() == 7) -- lint: ignore E0018
check(m[3]:data(), 1) -- lint: ignore E0018
assert(process.send(me, "large", t, 7, t.list))
local all = ch:receive()
check(all[1], 1)
assert(all[2] == 7 and #all[3] == N and all[3][N][2] == N)
-- arguments and results of calls; inside pcall and a coroutine made by hand
check(assert(funcs.call("test:echo", t)), 1)
local ok, back = pcall(funcs.call, "test:echo", t)
check(back, 1)
check(coroutine.wrap(function() return (funcs.call("test:echo", t)) end)(), 1)
local future = assert(funcs.async("test:echo", t))
check(future:response():receive():data(), 1)
-- a payload that several receive
local p = assert(payload.new(t))
for _ = 1, 2 do assert(process.send(me, "large", p)) end
for _ = 1, 2 do check(ch:receive(), 1) end
check(p:data(), 1)
-- a copy is of one moment: coroutines that write meanwhile come before it or behind it
local writing, version = true, 1
coroutine.spawn(function()
  while writing do
    version = version + 1
    for i = 1, N do t.list[i][1] = version end
    channel.select({channel.new():case_receive()}, true)
    coroutine.yield()
  end
end)
for _ = 1, 3 do
  assert(process.send(me, "large", t))
  local got = ch:receive()
  for i = 1, N do assert(got.list[i][1] == got.list[1][1]) end
end
writing = false
-- a deep one
local deep = {}
for _ = 1, 20000 do deep = {deep} end
assert(process.send(me, "large", deep))
local d, depth = ch:receive(), 0
while d[1] do d, depth = d[1], depth + 1 end
assert(depth == 20000)
-- a long text alone
assert(process.send(me, "large", ("xyz"):rep(1000000)))
assert(ch:receive() == ("xyz"):rep(1000000))
-- refused, with the place
t.list[N].name = print
local none, err = process.send(me, "large", 1, t)
assert(none == nil and errors.is(err, errors.INVALID) and tostring(err):find("argument 4: a function cannot leave its process (at list[" .. N .. "].name)", 1, true), tostring(err))
none, err = funcs.call("test:echo", t)
assert(none == nil and errors.is(err, errors.INVALID), tostring(err))
-- nobody receives it
t.list[N].name = nil
for _ = 1, 3 do assert(process.send(me, "nobody", t)) end
