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

-- Of `any`, nothing says whether it is nil: where it is, the error is taken to be there.
local function anything(name: any): (any, error?)
    if name == "" then return nil, errors.new("no name") end
    return name
end
local function k()
    local v, err = anything("x")
    if v == nil then print(err:message()) end
    if not v then print(err:message()) end
    if v ~= nil then print(err:message()) end --! E0023
    if err then print(v.x) end
    print(err:message()) --! E0023
end

-- What is false or nil came with the error, if there is one.
local function done(name: string): (boolean, error?)
    if name == "" then return false, errors.new("no name") end
    return #name > 3, nil
end
local function l()
    local ok, err = done("x")
    if not ok then print(err:message()) end
    if ok == false then print(err:message()) end
    if ok then print(err:message()) end --! E0023
end

print(a, b, c, d, e, f, g, i, j, k, l)
