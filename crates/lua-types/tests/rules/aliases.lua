-- Aliases: transparent, scoped, in any order.
type Id = string
type Ids = {Id}
type Lookup<K, V> = {[K]: V}
type Callback<T> = (T) -> ()
local a: Id = "x"
local b: string = a
local c: Ids = { "a", 1 } --! E0000
local d: Lookup<string, number> = { a = 1 }
local e: Lookup<string, number> = { a = "x" } --! E0000
local f: Callback<number> = function(n) print(n + 1) end
f("x") --! E0000
local g: After = { value = 1 }
type After = { value: number }
do
    type Id = number
    local h: Id = 5
    local i: Id = "x" --! E0000
    print(h, i)
end
local j: Id = 5 --! E0000
local function l(x: Id): Ids return { x } end
l("a")
l(5) --! E0000
print(b, c, d, e, g, j)
