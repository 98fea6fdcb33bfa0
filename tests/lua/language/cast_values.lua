-- Casts keep all values of a call, in lists and in return alike.
local function two() return 1, 2 end
local function cast() return two() as number end
local function double() return two() :: number end
local function listed() return 0, two() as number end
assert(select("#", cast()) == 2 and select("#", double()) == 2 and select("#", listed()) == 3)
assert(select("#", two() as number) == 2 and #{two() as number} == 2)
local a, b = two() as number
assert(a == 1 and b == 2)
local function first() return (two() as number) end
assert(select("#", first()) == 1)
local function rest(...) return ... as number end
assert(select("#", rest(1, nil)) == 2)
