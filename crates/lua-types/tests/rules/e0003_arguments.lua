-- E0003: too few or too many arguments.
local function add(a: number, b: number): number
    return a + b
end
add(1, 2)
add(1) --! E0003
add() --! E0003
add(1, 2, 3) --! E0003

local function greet(name: string, greeting: string?): string
    return (greeting or "hello") .. name
end
greet("a")
greet("a", "b")
greet("a", nil)
greet() --! E0003
greet("a", "b", "c") --! E0003

local function loose(a, b)
    return a, b
end
loose()
loose(1, 2, 3)

local function many(first: number, ...: string)
    return first, ...
end
many(1)
many(1, "a", "b")
many() --! E0003

local function two(): (number, number)
    return 1, 2
end
add(two())
add(two(), 1)
add(1, (two()))
add((two())) --! E0003
string.rep("x") --! E0003
tostring() --! E0003
setmetatable({}) --! E0003
type() --! E0003
print()
local callback: (number) -> number = function(n) return n end
callback(1)
callback() --! E0003
callback(1, 2) --! E0003
