-- Texts beyond what is compared, hashed and looked up at once: operators, keys and functions say what they say of short ones.
local K = 70000
local a = ("ab"):rep(K)
local b = ("ab"):rep(K)
local c = ("ab"):rep(K - 1) .. "ac"
local d = a .. "x"

-- equality and order, also where the difference is late
assert(a == b and not (a ~= b) and a ~= c and not (a == c) and a ~= d)
assert(a < c and c > a and a <= b and a >= b and not (a < b) and not (a > b) and a < d and d > a and d < c)
assert(a <= d and not (d <= a) and not (c <= a))
assert(rawequal(a, b) and not rawequal(a, c) and not rawequal(a, d) and rawequal(a, a))
local both = (a == b) and (a < c) and not (c <= a)
assert(both == true)
local n = 0
while a ~= b do n = n + 1 end
repeat n = n + 1 until a == b
assert(n == 1)

-- middle lengths are compared at once
for _, len in ipairs{255, 256, 257, 4000, 65535, 65536, 65537} do
  local x, y, z = ("q"):rep(len), ("q"):rep(len), ("q"):rep(len - 1) .. "r"
  assert(x == y and x ~= z and x < z and z > x and x <= y)
  local t = { [x] = len }
  assert(t[y] == len and t[z] == nil)
  t[z] = -len
  assert(t[x] == len and t[z] == -len and rawget(t, y) == len)
  assert((next(t, x) == z and next(t, z) == nil) or (next(t, z) == x and next(t, x) == nil))
  t[y] = nil
  assert(t[x] == nil and next(t) == z and next(t, z) == nil)
end

-- as keys: found by an equal text at another place, changed, removed
local t = {}
t[a] = 1
assert(t[a] == 1 and t[b] == 1 and t[c] == nil and t[d] == nil)
t[b] = 2
t[c] = 3
n = 0
for k, v in pairs(t) do n = n + v end
assert(n == 5 and t[a] == 2)
assert(rawget(t, b) == 2 and rawget(t, d) == nil and rawset(t, b, 4) == t and t[a] == 4)
local first = next(t)
local second = first == a and c or a
assert(next(t, first .. "") == second and next(t, ("ab"):rep(K - 1) .. second:sub(-2)) == nil)
for k in next, t, ("ab"):rep(K - 1) .. first:sub(-2) do assert(k == second) n = n + 1 end
assert(n == 6)
assert(not pcall(next, t, d))
t[b] = nil
assert(t[a] == nil and next(t) == c)
t = { [a] = 1, [c] = 2, x = 3 }
assert(t[b] == 1 and t[c] == 2 and t.x == 3)

-- through metatables: tables, functions, chains
local base = setmetatable({ [a] = "base" }, { __index = function(_, k) return #k end })
local m = setmetatable({}, { __index = base, __newindex = function(self, k, v) rawset(self, k, v .. "!") end })
assert(m[b] == "base" and m[c] == #c)
m[c] = "own"
assert(m[c] == "own!" and m[("ab"):rep(K - 1) .. "ac"] == "own!" and rawget(m, b) == nil)
local deep = {}
local top = deep
for i = 1, 40 do top = setmetatable({}, { __index = top }) end
deep[a] = "deep"
assert(top[b] == "deep" and top[c] == nil)
local loop = {}
setmetatable(loop, { __index = loop, __newindex = loop })
local ok, e = pcall(function() return loop[a] end)
assert(not ok and e:find("loop", 1, true), e)
ok, e = pcall(function() loop[a] = 1 end)
assert(not ok and e:find("loop", 1, true), e)
local object = setmetatable({}, { __eq = function() return true end, __lt = function() return true end })
assert(object == setmetatable({}, getmetatable(object)) and object < a and a < object)
for _, v in ipairs{1, true, print or 2} do
  ok, e = pcall(function() return v[a] end) -- lint: ignore E0005
  assert(not ok and e:find("attempt to index a " .. type(v) .. " value", 1, true), e)
  ok, e = pcall(function() v[a] = 1 end) -- lint: ignore E0005
  assert(not ok and e:find("attempt to index a " .. type(v) .. " value", 1, true), e)
end
assert((" ")[a] == nil)

-- captures, iterators and replacements
local x, y = a:match("^(.*)(ab)$")
assert(#x == 2 * K - 2 and y == "ab") -- lint: ignore E0019
local from, to, whole, place = a:find("(.+)()")
assert(from == 1 and to == 2 * K and whole == a and place == 2 * K + 1)
n = 0
for w, v in (a .. " " .. c):gmatch("((%a+))") do n = n + #w assert(w == v) end
assert(n == 4 * K)
assert(a:gsub("^.*$", { [b] = "found" }) == "found" and a:gsub("^.*$", { [c] = "found" }) == a)
assert(a:gsub("^.*$", setmetatable({}, { __index = function(_, k) return #k end })) == tostring(2 * K))
local r, count = a:gsub("^(.*)b$", function(s) return s:sub(1, 3) end)
assert(r == "aba" and count == 1)
assert(("x"):gsub("x", (a:gsub("b", "%%%%"))) == ("a%"):rep(K))
assert((c .. a):find(b, 1, true) == 2 * K + 1 and a:find(c, 1, true) == nil and d:find(b .. "x", 1, true) == 1)
assert((("a"):rep(K) .. "b"):rep(3):find(("a"):rep(K) .. "ba", K, true) == K + 2)

-- errors carry the whole text
ok, e = pcall(error, a)
assert(not ok and e == a)
ok, e = pcall(error, a, 0)
assert(not ok and e == a)
ok, e = pcall(function() error(a) end)
assert(not ok and e:sub(-2 * K) == a and e:find("^[^\n]-:%d+: ab"), #e)
ok, e = pcall(assert, false, a)
assert(not ok and e == a)
ok, e = xpcall(function() error({ a }) end, function(v) return v[1] end)
assert(not ok and e == b)

-- packed and unpacked
local p = string.pack("s4zi1", a, b, 7)
assert(#p == 4 + 2 * K + 2 * K + 1 + 1)
local u, v, i, behind = string.unpack("s4zi1", p)
assert(u == a and v == b and i == 7 and behind == #p + 1)
assert(not pcall(string.pack, "z", a .. "\0") and not pcall(string.pack, "z", "\0" .. a))
p = string.pack("c" .. 2 * K + 9, a)
assert(#p == 2 * K + 9 and p:sub(1, 2 * K) == a and p:sub(2 * K + 1) == ("\0"):rep(9))
assert(not pcall(string.pack, "c9", a) and string.unpack("c" .. 2 * K, p) == a)
assert(string.packsize(("i1"):rep(3000)) == 3000 and #string.pack(("b"):rep(3000), table.unpack(string.pack and { ("a"):rep(3000):byte(1, -1) })) == 3000)
assert(select("#", string.unpack(("b"):rep(3000), ("a"):rep(3000))) == 3001)

-- sorted
local list = {}
for i = 1, 20 do list[i] = a .. (i * 7) % 20 end
table.sort(list)
for i = 2, 20 do assert(list[i - 1] < list[i]) end
list = {}
for i = 1, 600 do list[i] = ("k"):rep(i % 3 * 200) .. (i * 7) % 600 end
table.sort(list)
for i = 2, 600 do assert(list[i - 1] <= list[i]) end

-- joined
assert(table.concat({ a, 1, b }, a) == a .. a .. 1 .. a .. b and #a:rep(2, b) == 6 * K and #("%s-%s"):format(a, c) == 4 * K + 1)
