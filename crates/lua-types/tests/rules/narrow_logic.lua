-- `and`, `or` and `not` narrow their right operands; their results are of what remains.
local function get(): string? return "x" end
local function count(): number? return 1 end
local function need(s: string) return s end

local a = get()
local b: string = a or "default"
local c: string? = a and a:upper()
local d: number = a and #a or 0
local e: string = a and "yes" or "no"
local f: number = a and #a --! E0000
local g: boolean = a ~= nil and #a > 1
local h: boolean = a == nil or #a > 1
local i: string = not a and "none" or "some"
local j: boolean = not a
print(a:upper() or a) --! E0023
print(a ~= nil and a:upper())
need(a or get() or "x")
need(a or get()) --! E0000
local k: number = (count() or 0) + 1
local l = get() or error("none")
need(l)
local function record(): { name: string? }? return nil end
local m = record()
local n = m and m.name or "anonymous"
need(n)
local o = m and m.name
need(o) --! E0000
if a and a ~= "x" and need(a) then print(a:upper()) end
if a == nil or a == "" then print("empty") else need(a) end
if not (a and #a > 0) then print("empty") else need(a) end
if a or b then need(a) end --! E0000
local p: string | false = a or false
local q: string = p --! E0000
if p then need(p) end
print(b, c, d, e, f, g, h, i, j, k, q)
