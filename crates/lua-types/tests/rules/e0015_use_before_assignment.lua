-- E0015: locals of a type without nil that never get a value. An assignment anywhere is enough.
local a: number --! E0015
print(a)

local b: number
b = 1
print(b)

local c: number
if b > 0 then
    c = 1
else
    c = 2
end
print(c)

local d: number?
local e: any
local f: unknown
local g: nil
print(d, e, f, g)

local h: string
local function set(text: string) h = text end
local function get() return h end
set("x")
print(get())

local i
print(i)

local j: number, k: string --! E0015 E0015
local l: number, m: number = 1 --! E0015
print(j, k, l, m)

local n: () -> number
local function o() return n() end
n = function() return 1 end
print(o())
