-- Upvalues: who shares what, for how long, through how many functions.
-- siblings share, rounds do not; by value or by cell makes no difference
local fs = {}
for i = 1, 3 do
  local shared, constant = i, i * 10
  fs[i] = {get = function() return shared, constant, i end, add = function(n) shared = shared + n return function() shared = -shared return shared end end}
end
local negate = fs[2].add(5)
assert(fs[2].get() == 7 and fs[1].get() == 1 and fs[3].get() == 3 and negate() == -7 and fs[2].get() == -7 and select(2, fs[2].get()) == 20 and select(3, fs[2].get()) == 2)
-- through several levels: assigned in the middle, at the bottom, at the top
local function levels()
  local a, b, c = 1, 2, 3
  local function middle()
    b = b + 1
    return function() return function() c = c + a return a, b, c end end
  end
  local bottom = middle()()
  a = 100
  return bottom, middle
end
local bottom, middle = levels()
local a, b, c = bottom()
assert(a == 100 and b == 3 and c == 103)
middle()
a, b, c = bottom()
assert(a == 100 and b == 4 and c == 203)
-- a parameter is a variable like any other
local function box(v, ...) local rest = {...} return function(n) v = n or v return v, #rest end end
local p, q = box(1, 2, 3), box(4)
assert(p() == 1 and p(9) == 9 and p() == 9 and q() == 4 and select(2, p()) == 2 and select(2, q()) == 0)
-- a local function sees itself, also when it is replaced; a local sees nothing of itself in its own value
local function f(n) if n == 0 then return "end" end return f(n - 1) end
local g = f
f = function() return "replaced" end
assert(g(0) == "end" and g(1) == "replaced")
local h = h -- lint: ignore E0001
assert(h == nil)
local rec rec = function(n) return n == 0 and 0 or 1 + rec(n - 1) end
assert(rec(50) == 50)
local function self_in_table() local t = {self_in_table} return t[1] end
assert(self_in_table() == self_in_table)
local function deep() return function() return deep end end
assert(deep()() == deep)
-- variables of a block that is left by break, goto, return and error live on
local kept = {}
for i = 1, 5 do local v = i kept[#kept + 1] = function() v = v + 1 return v end if i == 3 then break end end
do local n = 0 ::again:: local v = n kept[#kept + 1] = function() v = v + 10 return v end n = n + 1 if n < 2 then goto again end end
local function leave() local v = 100 kept[#kept + 1] = function() v = v + 1 return v end return v end
leave()
pcall(function() local v = 200 kept[#kept + 1] = function() v = v + 1 return v end error() end)
local values = {}
for i, k in ipairs(kept) do values[i] = k() .. "," .. k() end
assert(table.concat(values, " ") == "2,3 3,4 4,5 10,20 11,21 101,102 201,202", table.concat(values, " "))
-- in each round of every kind of loop
local rounds = {}
local n = 0
while n < 2 do n = n + 1 local v = n rounds[#rounds + 1] = function() v = v * 2 return v end end
repeat n = n - 1 local v = n rounds[#rounds + 1] = function() v = v - 1 return v end until v == 0
for k, v in pairs{10, 20} do rounds[#rounds + 1] = function() v = v + k return v end end
for i = 3, 1, -2 do rounds[#rounds + 1] = function() i = i + 1 return i end end
values = {}
for i, r in ipairs(rounds) do values[i] = r() .. "," .. r() end
assert(table.concat(values, " ") == "2,4 4,8 0,-1 -1,-2 11,12 22,24 4,5 2,3", table.concat(values, " "))
-- of coroutines: each has its own, and shares what is around it
local total = 0
local function worker(step) return coroutine.wrap(function() for i = 1, 3 do total = total + step coroutine.yield(total) end end) end
local w1, w2 = worker(1), worker(10)
assert(w1() == 1 and w2() == 11 and w1() == 12 and w2() == 22 and total == 22)
-- assigned in a multiple assignment, in a loop header, as a function name
local x, y = 1, 2
local function swap() x, y = y, x end
swap()
assert(x == 2 and y == 1)
local function named() return 1 end
local before = function() return named() end
function named() return 2 end
assert(before() == 2)
-- shadowed names are other variables
local s = 1
local gets = {function() return s end}
local s = 2
gets[2] = function() return s end
do local s = 3 gets[3] = function() s = s + 1 return s end end
s = 20
assert(gets[1]() == 1 and gets[2]() == 20 and gets[3]() == 4 and gets[3]() == 5)
-- kept alive by a closure alone, through much garbage
local function hide() local t = {value = "kept"} return function() return t.value end end
local reader = hide()
for i = 1, 2000 do local garbage = {i, {i}, tostring(i)} end
assert(reader() == "kept")
