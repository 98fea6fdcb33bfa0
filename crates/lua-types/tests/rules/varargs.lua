-- Any number of arguments.
local function sum(...: number): number
    local total = 0
    for _, v in ipairs({ ... }) do total = total + v end
    for i = 1, select("#", ...) do
        local v = select(i, ...)
        total = total + v
    end
    return total
end
sum()
sum(1, 2, 3)
sum(1, "a") --! E0000
sum(1, nil) --! E0000

local function free(...)
    local first, second = ...
    print(first.x, second + 1)
    return ...
end
free(1, "a", {})

local function forward(...: string): string
    local first = ...
    print(table.concat({ ... }, ","))
    sum(...) --! E0000
    return first or ""
end
forward("a", "b")
forward(1) --! E0000

local function count(...)
    return select("#", ...), { n = select("#", ...), ... }
end
local n, packed = count(1, nil, 3)
print(n + 1, packed.n + 1)
local function head(first: number, ...: string): (number, string?)
    local second = ...
    return first, second
end
head(1)
head(1, "a")
head("a") --! E0000
print(... == nil)
print(string.format("%d %s", 1, "a"), math.max(1, 2, 3))
print(math.max("a", 2)) --! E0000
local function inner()
    return function(...) return ... end
end
print(inner()(1, 2))
