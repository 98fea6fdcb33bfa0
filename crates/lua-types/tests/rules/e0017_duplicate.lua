-- E0017: declarations of the same name twice.
type A = number
type A = string --! E0017
type B = { x: number, y: number, x: string } --! E0017
interface C
    function m(): number
end
interface C --! E0017
    function n(): number
end
local function g<T, T>(x: T): T return x end --! E0017
do
    type A = boolean
end
local x = 1
local x = "again"
do
    ::here::
end
do
    ::here::
end
do
    ::there::
    ::there:: --! E0017
end
goto nowhere --! E0001
print(g, x)
