-- Records: width subtyping, optional fields, invariant mutable fields, fresh literals.
type Point = { x: number, y: number }
type User = { name: string, age?: integer, mail: string? }
local a: Point = { x = 1, y = 2 }
local b: Point = { x = 1 } --! E0000
local c: Point = { x = 1, y = "2" } --! E0000
local d: Point = { x = 1, y = 2, z = 3 }
local e: User = { name = "a" }
local f: User = { name = "a", age = nil, mail = nil }
local g: User = { name = "a", age = 1.5 } --! E0000
e.age = 5
e.age = nil
e.age = "5" --! E0000
e.name = nil --! E0000
e.nick = "x" --! E0004
local h: { x: number } = a
local full = { x = 1, y = 2, z = 3 }
local i: Point = full
local ints: { x: integer } = { x = 1 }
local ro: readonly { x: number } = ints
local nested: { inner: { value: string } } = { inner = { value = "x" } }
print(nested.inner.value:upper())
print(nested.inner.valu) --! E0004
nested.inner = { value = 1 } --! E0000
nested.inner = { value = "y" }
local empty: {} = {}
local function shift(p: Point): Point
    return { x = p.x + 1, y = p.y }
end
print(shift({ x = 1, y = 2 }).x)
shift({ x = 1 }) --! E0000
shift({}) --! E0000
print(b, c, d, f, g, h, i, ro, empty)

-- A computed text may be the name of any field.
local settings: { host: string, port: integer } = { host = "h", port = 1 }
for _, name in ipairs({ "host", "port" }) do
    print(settings[name], string[name])
end
print(settings[1]) --! E0018
print(settings["hots"]) --! E0004
