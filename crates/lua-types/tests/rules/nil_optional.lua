-- nil belongs only to optional types, to unions with nil, to any and to unknown.
local a: number? = nil
local b: number | nil = nil
local c: any = nil
local d: unknown = nil
local e: nil = nil
local f: number = nil --! E0000
local g: {number} = nil --! E0000
local h: number? = 1
local function get(): number? return nil end
local j: number = get() --! E0000
local k: number? = get()
local l: number = get() or 0
local m: number | string | nil = get()
local n: string? = get() --! E0000
print(a, b, c, d, e, f, g, h, j, k, l, m, n)
