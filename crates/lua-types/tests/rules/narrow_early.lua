-- What is known goes on behind early ends of a path.
local function get(): string? return "x" end
local function need(s: string) return s end

local function a()
    local v = get()
    if not v then return end
    need(v)
end

local function b()
    local v = get()
    if v == nil then
        error("none")
    end
    need(v)
end

local function c()
    while true do
        local v = get()
        if not v then break end
        need(v)
    end
end

local function d(list: {string?})
    for i = 1, 3 do
        local v = list[i]
        if not v then goto continue end
        need(v)
        ::continue::
    end
end

local function fail(text)
    error("failed: " .. text)
end

local function e()
    local v = get()
    if not v then
        fail("none")
    end
    need(v)
end

local function f()
    local v = get()
    if not v then
        print("none")
    end
    need(v) --! E0000
end

local function g()
    local v = get()
    if not v then
        v = "default"
    end
    need(v)
end

local function h(x: number | string | nil)
    if x == nil then return end
    if type(x) == "number" then
        print(x + 1)
        return
    end
    need(x)
end

local function i()
    local v
    repeat
        v = get()
    until v
    need(v)
end
print(a, b, c, d, e, f, g, h, i)
