-- Coroutines in iterators, in pcall, in metamethods, in one another.
local function gen(n) return coroutine.wrap(function() for i = 1, n do coroutine.yield(i) end end) end
local sum = 0
for i in gen(10) do sum = sum + i end
assert(sum == 55)
-- wrap inside pcall inside an iterator
local function safe(n)
  return coroutine.wrap(function()
    for i = 1, n do
      local ok, v = pcall(function()
        local inner = coroutine.wrap(function() local x = coroutine.yield(i * 10) if x == "fail" then error("asked", 0) end return x end)
        local first = inner()
        local back = coroutine.yield(first)
        return inner(back)
      end)
      coroutine.yield(tostring(ok) .. ":" .. tostring(v))
    end
  end)
end
local it = safe(2)
assert(it() == 10 and it("a") == "true:a" and it() == 20 and it("fail"):find("^false:.*asked$") and it() == nil)
-- yield across pcall, and an error after it
local co = coroutine.create(function()
  local ok, e = pcall(function() coroutine.yield("in") error("after", 0) end)
  coroutine.yield(ok, e)
  return "fin"
end)
assert(select(2, coroutine.resume(co)) == "in")
local _, ok, e = coroutine.resume(co)
assert(ok == false and e == "after" and select(2, coroutine.resume(co)) == "fin")
-- yield inside metamethods and iterators
local mt = {
  __add = function(a, b) return coroutine.yield("add") end,
  __index = function(t, k) return coroutine.yield("index") end,
  __lt = function() return coroutine.yield("lt") end,
  __concat = function() return coroutine.yield("concat") end,
  __call = function(_, x) return coroutine.yield(x) end,
}
local o = setmetatable({}, mt)
co = coroutine.wrap(function()
  local r = {o + 1, o.x, o < o, o .. "x", o(5)}
  for k in function(_, c) return coroutine.yield("iter") end do r[#r + 1] = k break end
  return table.unpack(r)
end)
assert(co() == "add" and co(1) == "index" and co(2) == "lt" and co(3) == "concat" and co(4) == 5 and co(5) == "iter")
local r = {co(6)}
assert(#r == 6 and r[1] == 1 and r[2] == 2 and r[3] == true and r[4] == 4 and r[5] == 5 and r[6] == 6)
-- many, and deep
local list = {}
for i = 1, 1000 do list[i] = coroutine.wrap(function() local n = i while true do coroutine.yield(n) n = n + 1 end end) end
for round = 0, 2 do for i = 1, 1000 do assert(list[i]() == i + round) end end
local function nest(n) if n == 0 then return coroutine.yield("deep") end return coroutine.wrap(nest)(n - 1) end
assert(coroutine.wrap(nest)(50) == "deep")
-- permutations by recursion
local function permute(a, n)
  if n == 0 then coroutine.yield(table.concat(a)) end
  for i = 1, n do a[n], a[i] = a[i], a[n] permute(a, n - 1) a[n], a[i] = a[i], a[n] end
end
local count = 0
for p in coroutine.wrap(function() permute({"a", "b", "c", "d"}, 4) end) do count = count + 1 end
assert(count == 24)
-- a producer and a consumer
local producer = coroutine.create(function() for _, w in ipairs{"x", "y", "z"} do coroutine.yield(w) end end)
local got = {}
while true do
  local ok, w = coroutine.resume(producer)
  assert(ok)
  if not w then break end
  got[#got + 1] = w
end
assert(table.concat(got) == "xyz")
