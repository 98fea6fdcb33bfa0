-- W0003: both sides are the same expression; the test for NaN is exempt.
local a, t = 1, { x = 1, list = { 1 } }
print(a == a) --! W0003
print(a < a) --! W0003
print(t.x == t.x) --! W0003
print(a ~= a)
print(t.x ~= t.x)
print(a == t.x)
local function f() return a end
print(f() == f())
