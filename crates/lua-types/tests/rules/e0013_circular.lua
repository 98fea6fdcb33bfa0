-- E0013: types that are made of nothing but themselves.
type A = A --! E0013
type D = D | number --! E0013
type E = E? --! E0013
type Tree = { left: Tree?, right: Tree?, value: number }
type List = {List}
type Json = nil | boolean | number | string | {Json} | {[string]: Json}
type Fn = (Fn) -> Fn
interface Node
    function parent(): Node?
end
local t: Tree = { value = 1, left = { value = 2 } }
local l: List = { {}, { {} } }
local j: Json = { a = { 1, "x", { b = true } } }
print(t, l, j)
