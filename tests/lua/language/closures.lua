-- Closures: shared and fresh upvalues, lifetimes, recursion, nested scopes.
local function counter() local n = 0 return function() n = n + 1 return n end, function() return n end end
local inc, get = counter()
assert(inc() == 1 and inc() == 2 and get() == 2)
local inc2 = counter()
assert(inc2() == 1 and get() == 2)
local fs = {}
for i = 1, 5 do local j = i fs[i] = function(d) j = j + d return i, j end end
local i, j = fs[2](10)
assert(i == 2 and j == 12 and select(2, fs[3](0)) == 3)
i = 1
while i <= 3 do local k = i fs[i] = function() return k end i = i + 1 end
assert(fs[1]() == 1 and fs[3]() == 3)
local a = 1
local function seta(v) a = v end
seta(5)
assert(a == 5)
do local b = 1 fs.set, fs.get = function(v) b = v end, function() return b end end
fs.set("x")
assert(fs.get() == "x")
local function fact(n) return n <= 1 and 1 or n * fact(n - 1) end
assert(fact(10) == 3628800)
local even, odd
function even(n) if n == 0 then return true end return odd(n - 1) end
function odd(n) if n == 0 then return false end return even(n - 1) end
assert(even(100) and not even(7))
local function deep() local x = 1 return function() return function() return function() x = x + 1 return x end end end end
assert(deep()()()() == 2)
local args = {}
local function param(p) args[#args + 1] = function() p = p + 1 return p end end
param(1) param(10)
assert(args[1]() == 2 and args[2]() == 11 and args[1]() == 3)
-- a captured variable survives an error and a break
local keep
pcall(function() local v = 7 keep = function() v = v + 1 return v end error("x") end)
assert(keep() == 8 and keep() == 9)
for q = 1, 3 do local z = q keep = function() return z end if q == 2 then break end end
assert(keep() == 2)
-- repeat ... until sees and may capture the body's locals
local n = 0
repeat local m = n keep = function() return m end n = n + 1 until (function() return m >= 2 end)()
assert(keep() == 2)
-- many upvalues
local u = {}
local function many()
  local a1, a2, a3, a4, a5, a6, a7, a8, a9, a10 = 1, 2, 3, 4, 5, 6, 7, 8, 9, 10
  return function() a1 = a1 + 1 return a1 + a2 + a3 + a4 + a5 + a6 + a7 + a8 + a9 + a10 end
end
local m = many()
assert(m() == 56 and m() == 57)
