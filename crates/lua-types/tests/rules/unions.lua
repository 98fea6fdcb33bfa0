-- Unions: a value of some member fits; all members have to fit where a union is given.
type Id = number | string
local a: Id = 1
local b: Id = "a"
local c: Id = true --! E0000
local function take(id: Id) return id end
take(1)
take({}) --! E0000
local function number_only(n: number) return n end
local function f(id: Id)
    number_only(id) --! E0000
    local wider: number | string | boolean = id
    local narrower: string = id --! E0000
    return wider, narrower
end
f(1)
type A = { kind: "a", shared: number, x: string }
type B = { kind: "b", shared: number, y: string }
local function g(v: A | B)
    print(v.shared + 1, v.kind)
    print(v.x) --! E0004
    v.shared = 2
end
g({ kind = "a", shared = 1, x = "" })
g({ kind = "c", shared = 1, x = "" }) --! E0000
g({ kind = "a", shared = 1 }) --! E0000
local h: (number | string)? = nil
h = "x"
local list: {number | string} = { 1, "a" }
list[1] = "b"
list[1] = true --! E0000
local fn: (() -> number) | nil = nil
fn = function() return 1 end
print(a, b, c, h, fn)
