-- Narrowing by type().
local function s(x: string) return x end
local function n(x: number) return x end

local function a(v: number | string | boolean | nil)
    if type(v) == "string" then
        s(v)
    elseif type(v) == "number" then
        n(v)
    elseif type(v) == "nil" then
        local none: nil = v
        print(none)
    else
        local b: boolean = v
        print(b)
    end
    if type(v) ~= "string" then
        s(v) --! E0000
    else
        s(v)
    end
    if "number" == type(v) then n(v) end
    if type(v) == "string" or type(v) == "number" then
        local id: string | number = v
        print(id)
    end
    if type(v) == "string" then n(v) end --! E0000
end

type Source = {string} | string | (() -> string)
local function b(v: Source)
    if type(v) == "table" then
        print(v[1], #v)
    elseif type(v) == "function" then
        s(v())
    else
        s(v)
    end
end

local function c(v: unknown)
    if type(v) == "table" then
        for key, value in pairs(v) do print(key, value) end
    elseif type(v) == "function" then
        v()
    elseif type(v) == "boolean" then
        local flag: boolean = v
        print(flag)
    end
    s(v) --! E0000
end

local function d(v)
    if type(v) == "string" then
        print(v:upper())
        print(v:uper()) --! E0022
        n(v) --! E0000
    end
    n(v)
end

local function e(v: string | number)
    local kind = type(v)
    if kind == "string" then print(v) end
    if type(v) == "string" and #v > 0 then s(v) end
    return type(v) == "number" and v + 1 or 0
end
print(a, b, c, d, e)

-- What math.type knows is a number.
local function size(v: number | string, w: number?)
    if math.type(v) == "integer" then print(v + 1, v:upper()) end --! E0005
    if math.type(w) == "float" and w > 1 then print(w) end
    if math.type(w) ~= "float" then print(w + 1) end --! E0019
end
print(size)
