-- Conditional types.
type IsText<T> = T extends string ? "yes" : "no"
local a: IsText<string> = "yes"
local b: IsText<string> = "no" --! E0000
local c: IsText<number> = "no"
local d: IsText<number> = "yes" --! E0000
type Element<T> = T extends {number} ? number : T
local e: Element<{number}> = 1
local f: Element<string> = "a"
local g: Element<string> = 1 --! E0000
type Flag = 5 extends number ? true : false
local h: Flag = true
local i: Flag = false --! E0000
type Deep<T> = T extends string ? 1 : T extends number ? 2 : 3
local j: Deep<"a"> = 1
local k: Deep<5> = 2
local l: Deep<boolean> = 3
local m: Deep<boolean> = 2 --! E0000
print(a, b, c, d, e, f, g, h, i, j, k, l, m)
