-- Results in pairs: a value, or nil and an error.
local function load(name: string): (string?, error?)
    if name == "" then
        return nil, errors.new("no name")
    end
    return name
end
local function need(s: string) return s end

local function a()
    local v, err = load("x")
    if err then
        print(err:message())
        return
    end
    need(v)
end

local function b()
    local v, err = load("x")
    if not v then
        print(err:message())
        return
    end
    need(v)
end

local function c()
    local v, err = load("x")
    if err ~= nil then return nil, err end
    return need(v)
end

local function d()
    local v, err = load("x")
    print(err)
    need(v) --! E0000
end

local function e()
    local v, err = load("x")
    print(err:message()) --! E0023
    return v
end

local function f()
    local v, err = load("x")
    if err then
        need(v) --! E0000
    else
        need(v)
    end
end

local function g()
    local v, err = load("x")
    if err then error(err) end
    v, err = load("y")
    need(v) --! E0000
    return err
end

local function h(text)
    if not text then
        return nil, "no text"
    end
    return "<" .. text .. ">"
end

local function i()
    local v, err = h("x")
    if not v then return nil, "h: " .. err end
    print(v:upper())
    local w = h("y")
    print(w:upper()) --! E0023
end

local function three(): (string?, error?, integer)
    return "x", nil, 1
end
local function j()
    local v, err, n = three()
    if err then return end
    need(v) --! E0000
    print(n + 1)
end

print(a, b, c, d, e, f, g, i, j)
