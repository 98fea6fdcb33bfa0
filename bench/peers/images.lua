-- Cases with classes, tables and counters at the top level, for what an image with an overlay costs.
-- The chunk returns the cases by name; each is called with a number of rounds.
local cases = {}

-- Something is written in each case first, so that the overlay is not empty.
local state = { runs = 0 }
local total = 0
counted = 0

local function begin()
    state.runs = state.runs + 1
    total = total + 1
    counted = counted + 1
end

local Account = {}
Account.__index = Account

function Account.new(balance)
    return setmetatable({ balance = balance, moves = 0 }, Account)
end

function Account:deposit(n)
    self.balance = self.balance + n
    self.moves = self.moves + 1
end

function Account:get()
    return self.balance
end

local Saving = setmetatable({}, { __index = Account })
Saving.__index = Saving

function Saving.new(balance, rate)
    local self = Account.new(balance)
    self.rate = rate
    return setmetatable(self, Saving)
end

function Saving:rest()
    return self.balance * self.rate
end

function cases.methods(n)
    begin()
    local a = Account.new(0)
    for i = 1, n do
        a:deposit(i)
        a:deposit(a:get() % 7)
    end
    return a:get()
end

function cases.inherited(n)
    begin()
    local s = Saving.new(10, 0.5)
    local sum = 0
    for i = 1, n do
        s:deposit(1)
        sum = sum + s:rest()
    end
    return sum
end

local Vector = {}
Vector.__index = Vector

local function vector(x, y)
    return setmetatable({ x = x, y = y }, Vector)
end

Vector.__add = function(a, b)
    return vector(a.x + b.x, a.y + b.y)
end

Vector.__eq = function(a, b)
    return a.x == b.x and a.y == b.y
end

function cases.operators(n)
    begin()
    local v, step = vector(0, 0), vector(1, 2)
    for _ = 1, n do
        v = v + step
    end
    return v == vector(n, 2 * n)
end

local bodies = {}
for i = 1, 5 do
    bodies[i] = { x = i * 1.5, y = i * 0.5, vx = 0.01 * i, vy = -0.02 * i, mass = 1 / i }
end

local function advance(dt)
    for i = 1, #bodies do
        local a = bodies[i]
        for j = i + 1, #bodies do
            local b = bodies[j]
            local dx, dy = a.x - b.x, a.y - b.y
            local d = dx * dx + dy * dy + 0.01
            local m = dt / (d * d ^ 0.5)
            a.vx = a.vx - dx * b.mass * m
            a.vy = a.vy - dy * b.mass * m
            b.vx = b.vx + dx * a.mass * m
            b.vy = b.vy + dy * a.mass * m
        end
    end
    for i = 1, #bodies do
        local b = bodies[i]
        b.x = b.x + dt * b.vx
        b.y = b.y + dt * b.vy
    end
end

-- The simulation's state is at the top level itself: every write goes to the overlay.
function cases.bodies(n)
    begin()
    for _ = 1, n do
        advance(0.001)
    end
    return bodies[1].x
end

local squares = {}
for i = 1, 256 do
    squares[i] = i * i % 251
end
local names = { "north", "east", "south", "west" }

function cases.lookups(n)
    begin()
    local sum = 0
    for i = 1, n do
        sum = sum + squares[i % 256 + 1] + #names[i % 4 + 1]
    end
    return sum
end

local sieve = {}

function cases.sieve(n)
    begin()
    local count = 0
    for i = 2, n do
        sieve[i] = true
    end
    for i = 2, n do
        if sieve[i] then
            count = count + 1
            for k = i + i, n, i do
                sieve[k] = false
            end
        end
    end
    return count
end

local function fib(n)
    if n < 2 then
        return n
    end
    return fib(n - 1) + fib(n - 2)
end

function cases.fib(n)
    begin()
    return fib(n)
end

function gcd(a, b)
    while b ~= 0 do
        a, b = b, a % b
    end
    return a
end

function cases.globals(n)
    begin()
    local sum = 0
    for i = 1, n do
        sum = sum + gcd(i, 360)
        counted = counted + 1
    end
    return sum + counted
end

local seed = 42

local function random()
    seed = (seed * 1103515245 + 12345) & 0x7fffffff
    return seed
end

function cases.cells(n)
    begin()
    local x = 0
    for _ = 1, n do
        x = x ~ random()
    end
    return x
end

local words = {}

function cases.strings(n)
    begin()
    for i = 1, n do
        words[i % 64 + 1] = "w" .. i
        if i % 64 == 0 then
            total = total + #table.concat(words, ",")
        end
    end
    return total
end

return cases
