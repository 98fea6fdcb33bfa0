-- E0016: validators that do not exist, with wrong arguments, or on types that they do not look at.
type A = number @minimum(1) --! E0016
type B = number @min("x") --! E0016
type C = number @min() --! E0016
type D = boolean @min(1) --! E0016
type E = number @min_len(1) --! E0016
type F = string @max(1) --! E0016
type G = number @pattern("^a") --! E0016
type H = string @pattern(5) --! E0016
type I = number @min(0) @max(10)
type J = integer @min(-5)
type K = string @min_len(1) @max_len(5) @pattern("^a")
type L = {number @min(0)} @max_len(5)
type M = { name: string @min_len(1), age?: integer @min(0) }
type N = {[string]: number @max(1.5)}
type O = { name: string @size(1) } --! E0016
local function f(x: number @min(1)): string @min_len(1)
    return tostring(x)
end
local g: integer @low(1) = 5 --! E0016
print(f(2), g)
