-- Captured locals, forward declarations, mutual recursion.
local function counter()
    local n = 0
    return function()
        n = n + 1
        return n
    end
end
local tick = counter()
print(tick() + 1)
print(tick() .. {}) --! E0019

local even, odd
function even(n: number): boolean
    if n == 0 then return true end
    return odd(n - 1)
end
function odd(n: number): boolean
    if n == 0 then return false end
    return even(n - 1)
end
print(even(4))
print(even("4")) --! E0000

local fact
fact = function(n)
    if n <= 1 then return 1 end
    return n * fact(n - 1)
end
print(fact(5) + 1)

local function loop(n)
    if n == 0 then return "done" end
    return loop(n - 1)
end
print(loop(3):upper())

local function compose(f, g) return function(x) return f(g(x)) end end
print(compose(tostring, tonumber)("5"))
local state = { current = nil, log = {} }
local function set(value) state.current = value end
set("x")
if state.current then print(state.current) end
local function outer()
    local inner = "text"
    local function use() return inner:upper() end
    return use()
end
print(outer():lower(), outer():lowr()) --! E0022

-- A local that a closure fills was filled, as soon as a call may have run it.
local made
local function make() made = { x = 1 } end
print(made.x) --! E0023
pcall(make)
print(made.x, made.y) --! E0004
made = nil
make()
print(made.x)
local given: { x: number }? = nil
pcall(function() given = { x = 1 } end)
print(given.x) --! E0023
