-- E0015: a local with a type that has no value yet.
local a: number
print(a) --! E0015
a = 1
print(a)

local b: number
if a > 0 then
    b = 1
else
    b = 2
end
print(b)

local d: number?
print(d)

local e: string
local function f()
    return e
end
e = "text"
print(f())

local g
print(g)

local i: number
repeat
    i = 1
until i > 0
print(i)
