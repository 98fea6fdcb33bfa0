-- Words of the type syntax are names elsewhere.
local type_of, is, as, fun, extends, readonly, keyof, interface, asserts = 1, 2, 3, 4, 5, 6, 7, 8, 9
print(type_of + is + as + fun + extends + readonly + keyof + interface + asserts)
local t = { type = "a", is = 1, as = 2, fun = function() return 3 end, extends = 4, readonly = 5, keyof = 6, interface = 7 }
print(t.type:upper(), t.is + t.as, t.fun() + 1, t.extends + t.readonly + t.keyof + t.interface)
print(t.typ) --! E0004
print(type(t) == "table")
local type = type
print(type(1))
local function interface_of(as) return as end
print(interface_of(1))
type Record = { type: string, is: number, readonly readonly: boolean, fun: () -> number }
local r: Record = { type = "x", is = 1, readonly = true, fun = function() return 1 end }
r.is = 2
r.readonly = false --! E0008
local s: Record = { type = 1, is = 1, readonly = true, fun = function() return 1 end } --! E0000
print(r, s)
