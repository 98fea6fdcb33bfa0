-- A field that does not exist may be asked for in a condition; reading it elsewhere is a mistake.
local t = { x = 1 }
if t.y then print("has y") end
if not t.y then print("no y") end
if t.y == nil then print("no y") end
if t.y ~= nil and t.x then print("both") end
local a = t.y or 5
local b = t.y and 1 or 2
while t.z do break end
print(t.y) --! E0004
local c = t.y --! E0004
print(t.y + 1) --! E0004
print(t.y.z) --! E0004
local function f(x: number) return x end
f(t.y) --! E0004
assert(t.x)
print(a, b, c)
