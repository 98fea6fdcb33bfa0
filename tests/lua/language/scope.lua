-- Scopes: shadowing, locals of blocks, functions as fields and methods, globals.
local x = 1
do local x = 2 assert(x == 2) do local x = x + 1 assert(x == 3) end end
assert(x == 1)
local function f() return x end
local x = 10
assert(f() == 1 and x == 10)
local x, x = 1, 2
assert(x == 2)
g_test = 5
assert(_G.g_test == 5 and rawget(_G, "g_test") == 5)
_G.g_test = nil
assert(g_test == nil and _G._G == _G)
local m = {sub = {}}
function m.sub.f(a) return a end
function m.sub:g(a) return self, a end
assert(m.sub.f(1) == 1 and select(1, m.sub:g(2)) == m.sub and select(2, m.sub:g(2)) == 2)
local r = (function(...) local a, b = ... return b end)(1, 2)
assert(r == 2)
local s = f and "yes" or "no"
assert(s == "yes")
local t = {f = function(self) return self end, [1] = "one", "first"; n = 1}
assert(t:f() == t and t[1] == "first")
if nil then error() elseif false then error() else x = 3 end
assert(x == 3)
assert(type(tostring) == "function" and type(nil) == "nil" and type(type) == "function" and type("") == "string")
local str = "x"
assert(("%d"):format(3) == "3" and str:rep(2) == "xx" and #str == 1)
f = function() return 1, 2 end
local a, b, c = f(), f()
assert(a == 1 and b == 1 and c == 2)
