-- The length of tables with holes is a border; keys that are nil or NaN are refused.
local function border(t) local n = #t return (n == 0 or t[n] ~= nil) and t[n + 1] == nil end
assert(#{} == 0 and #{1, 2, 3} == 3 and #{n = 1} == 0 and #{[0] = 1} == 0)
local t = {}
for i = 1, 100 do t[i] = i end
for i = 100, 1, -1 do assert(#t == i) t[i] = nil end
assert(#t == 0)
for i = 100, 1, -1 do t[i] = i end
assert(#t == 100)
t[50] = nil
assert(border(t))
assert(border{1, nil, 3} and border{nil, nil, 3} and border{1, 2, nil, 4, nil})
t = {}
t[1] = 1 t[2] = 2 t[4] = 4
assert(border(t))
t = {10, 20, 30, nil}
assert(#t == 3)
t = {1, 2, 3} t[#t + 1] = 4 t[#t] = nil
assert(#t == 3)
-- a large index takes no room
t = {} t[1 << 40] = 1 t[67108864] = 1 t[-5] = 1
assert(#t == 0 and t[1 << 40] == 1)
for _, key in ipairs{0 / 0} do
  local ok, e = pcall(function() t[key] = 1 end)
  assert(not ok and e:lower():find("nan", 1, true), e)
  assert(t[key] == nil)
end
local ok, e = pcall(function() t[nil] = 1 end) -- lint: ignore E0018
assert(not ok and e:find("table index is nil", 1, true), e)
assert(t[nil] == nil)
ok, e = pcall(rawset, t, nil, 1)
assert(not ok)
-- constructors
local function f() return 1, 2, 3 end
assert(#{f()} == 3 and #{f(), f()} == 4 and #{(f())} == 1 and #{f(), nil} == 1)
local c = {1, 2, [2] = "x", 3; y = 4, ["z w"] = 5}
assert(c[2] == 2 and c[3] == 3 and c.y == 4 and c["z w"] == 5)
local long = {}
for i = 1, 300 do long[i] = i end
assert(#{table.unpack(long)} == 300 and #{0, table.unpack(long)} == 301)
