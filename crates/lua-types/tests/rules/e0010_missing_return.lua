-- E0010: the end of a function that promised a value. The mark is at its `end`.
local function f(x: boolean): number
    if x then
        return 1
    end
end --! E0010

local function g(x: boolean): number
    if x then
        return 1
    else
        return 2
    end
end

local function h(x: boolean): number?
    if x then
        return 1
    end
end

local function i(): (number, string)
    return 1 --! E0010
end

local function j(): (number, string?)
    return 1
end

local function k(): string
    error("always")
end

local function l(): string
    while true do
        print("again")
    end
end

local function m(): number
    while true do
        if k() == "" then break end
    end
end --! E0010

local function n(): number
    return --! E0010
end

local function o(): any
end

local function p(): ()
end

local q = function(): string
end --! E0010

local function r(x: number): string
    for i = 1, x do
        return "text" .. i
    end
end --! E0010

print(f, g, h, i, j, k, l, m, n, o, p, q, r)
