-- Intersections: a value has to fit every member, and has the fields of all.
type Named = { name: string }
type Aged = { age: number }
type Person = Named & Aged
local a: Person = { name = "a", age = 1 }
local b: Person = { name = "b" } --! E0000
local c: Person = { age = 1 } --! E0000
print(a.name:upper(), a.age + 1)
print(a.size) --! E0004
local n: Named = a
local g: Aged = a
local function both(x: Named & Aged): string return x.name .. x.age end
both({ name = "x", age = 2 })
both({ name = "x" }) --! E0000
local d: Person = n --! E0000
type Either = Named | Aged & { extra: string }
local e: Either = { name = "only" }
local f: Either = { age = 1, extra = "x" }
local h: Either = { age = 1 } --! E0000
print(b, c, g, d, e, f, h)
