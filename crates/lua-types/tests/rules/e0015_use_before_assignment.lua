-- E0015: locals of a type without nil that never get a value. An assignment anywhere is enough.
local a: number print(a) --! E0015

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

local j: number, k: string print(j, k) --! E0015 E0015
local l: number, m: number = 1 print(l, m) --! E0015

local n: () -> number
local function o() return n() end
n = function() return 1 end
print(o())
