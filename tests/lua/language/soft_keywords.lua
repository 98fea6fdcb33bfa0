-- Words of the type syntax stay ordinary names.
local interface, as, asserts, readonly, is, typeof, keyof, extends, fun, type_ = 1, 2, 3, 4, 5, 6, 7, 8, 9, type
assert(interface + as + asserts + readonly + is + typeof + keyof + extends + fun == 45)
local t = {as = 1, is = 2, fun = 3, type = 4, interface = 5, extends = 6}
assert(t.as + t.is + t.fun + t.type + t.interface + t.extends == 21)
function t.as(x) return x end
function t:is(x) return x end
assert(t.as(1) == 1 and t:is(2) == 2)
local type = 7
assert(type == 7 and type_(type) == "number")
type = 8
fun = function(as) return as end
assert(type == 8 and fun(3) == 3)
interface = {readonly = readonly}
as = interface
is = as.readonly
assert(is == 4)
