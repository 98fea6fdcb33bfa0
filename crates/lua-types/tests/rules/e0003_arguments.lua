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

-- Surplus values of a call in the last place are dropped, as Lua does; surplus arguments that are written are not.
local function one(n: number) return n end
one(two())
one(1, two()) --! E0003
print(getmetatable(two()), getmetatable({}, two())) --! E0003
local inbox, copy = channel.new(1), channel.new(1)
copy:send(inbox:receive())
copy:send(1, inbox:receive()) --! E0003

-- Of several functions, what is surplus for one may be for another; what is missing is not there for either.
for _, f in ipairs({ greet, callback }) do
    pcall(f, 1, "b", "c") --! E0000
    f() --! E0003 E0003
end
-- Values of which nobody knows how many there are may be as many as are wanted.
local function join(a: number, b: number, sep: string?) return a .. (sep or "") .. b end
print(join(unpack({ 1, 2 })))
print(join(unpack({ "a", "b" }))) --! E0000
