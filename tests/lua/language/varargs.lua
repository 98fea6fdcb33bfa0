-- Varargs and multiple results: none, a few, 250 and more.
local function n(...) return select("#", ...) end
local function id(...) return ... end
assert(n() == 0 and n(nil) == 1 and n(nil, nil) == 2 and n(id()) == 0 and n(id(), id()) == 1 and n((id(1, 2))) == 1 and n(id(1, 2), id(3, 4)) == 3)
local function f(a, ...) local b, c = ... return a, b, c, n(...) end
local a, b, c, k = f(1)
assert(a == 1 and b == nil and k == 0)
a, b, c, k = f(1, 2, 3, 4)
assert(a == 1 and b == 2 and c == 3 and k == 3)
local t = {}
for i = 1, 250 do t[i] = i end
assert(n(table.unpack(t)) == 250 and select(250, table.unpack(t)) == 250 and #{table.unpack(t)} == 250 and n(0, table.unpack(t)) == 251)
local function pass(...) return id(...) end
assert(n(pass(table.unpack(t))) == 250)
for i = 251, 5000 do t[i] = i end
assert(n(table.unpack(t)) == 5000 and select(-1, table.unpack(t)) == 5000)
assert(select(2, "a", "b", "c") == "b" and select(-1, "a", "b") == "b" and n(select(4, 1, 2, 3)) == 0)
assert(not pcall(select, 0) and not pcall(select, -2, 1) and not pcall(select, {})) -- lint: ignore E0000
local packed = table.pack((function(...) return ... end)(nil, nil))
assert(packed.n == 2)
local function tail(...) return n(...) end
assert(tail(1, 2, 3) == 3)
local x, y, z = (function() return 1, 2, 3 end)()
assert(x == 1 and y == 2 and z == 3)
x, y, z = (function() return 1 end)(), 5
assert(x == 1 and y == 5 and z == nil)
assert(string.char(table.unpack({72, 105})) == "Hi" and math.max(table.unpack(t)) == 5000)
local s = 0
for _, v in ipairs{...} do s = s + v end
assert(s == 0 and n(...) == 0)
