-- Memoised functions: by one argument, by several, recursive ones, with statistics.
local memo = { hits = 0, misses = 0 }

function memo.one(fn)
    local cache = {}
    return function(x)
        local known = cache[x]
        if known ~= nil then
            memo.hits = memo.hits + 1
            return known
        end
        memo.misses = memo.misses + 1
        local value = fn(x)
        cache[x] = value
        return value
    end
end

local NIL = {}
local RESULT = {}

function memo.many(fn)
    local root = {}
    return function(...)
        local level = root
        for i = 1, select("#", ...) do
            local key = select(i, ...)
            if key == nil then
                key = NIL
            end
            local deeper = level[key]
            if deeper == nil then
                deeper = {}
                level[key] = deeper
            end
            level = deeper
        end
        if level[RESULT] == nil then
            memo.misses = memo.misses + 1
            level[RESULT] = fn(...)
        else
            memo.hits = memo.hits + 1
        end
        return level[RESULT]
    end
end

local fib
fib = memo.one(function(n)
    if n < 2 then
        return n
    end
    return fib(n - 1) + fib(n - 2)
end)

local paths = memo.many(function(rows, cols)
    return rows * cols
end)

local collatz_cache = { [1] = 1 }

local function collatz(n)
    local known = collatz_cache[n]
    if known then
        return known
    end
    local next_n = n % 2 == 0 and n // 2 or 3 * n + 1
    local length = collatz(next_n) + 1
    collatz_cache[n] = length
    return length
end

local function longest(limit)
    local best, best_length = 1, 1
    for n = 2, limit do
        local length = collatz(n)
        if length > best_length then
            best, best_length = n, length
        end
    end
    return best, best_length
end

--@ run: assert(fib(60) == 1548008755920 and memo.misses == 61)
--@ run: assert(paths(2, 3) == 6 and paths(2, 3) == 6 and memo.many(function(a) return a or 1 end)(nil) == 1)
--@ run: local n, length = longest(100)
--@ run: assert(n == 97 and length == 119)
--@ twin E0001: "return fib(n - 1) + fib(n - 2)" => "return fob(n - 1) + fib(n - 2)"
--@ twin E0019: "local best, best_length = 1, 1" => "local best, best_length = 1, 1 + NIL"
--@ twin E0004: "fib = memo.one(function(n)" => "fib = memo.once(function(n)"
--@ twin E0019: "for n = 2, limit do" => "for n = 2 + {}, limit do"
