-- Narrowing by type values: T(x), T:is(x) in conditions and by its results.
type Point = { x: number, y: number }
type User = { name: string }
local function need(p: Point) return p end

local function a(v: unknown)
    need(v) --! E0000
    if Point:is(v) then
        need(v)
        print(v.x + 1)
        print(v.z) --! E0004
    end
    if not Point:is(v) then return end
    need(v)
end

local function b(v: unknown)
    local p, err = Point:is(v)
    if err then
        print(err:message())
        return
    end
    need(p)
    need(v)
end

local function c(v: unknown)
    local p = Point:is(v)
    if p then
        need(p)
        need(v)
    end
    need(p) --! E0000
end

local function d(v: unknown)
    Point(v)
    need(v)
end

local function e(v: unknown)
    local p = Point(v)
    need(p)
    print(p.x + p.y)
end

local function check(v: unknown)
    return Point(v)
end

local function f(v: unknown)
    if User:is(v) then
        print(v.name:upper())
        need(v) --! E0000
    elseif Point:is(v) then
        need(v)
    end
    if string:is(v) then print(v:upper()) end
    if number:is(v) then print(v + 1) end
    local n = integer(v)
    print(n + 1)
end

local function ensure(v: unknown)
    Point(v)
end

local function h(v: unknown)
    ensure(v)
    need(v)
end

local function g(v: User | Point)
    if User:is(v) then
        print(v.name)
    else
        need(v)
    end
end

local function i(v: unknown)
    local fine, problem = Point:check(v)
    if not fine then print(problem:message()) end
    if fine then print(problem:message()) end --! E0023
    print(problem:message()) --! E0023
end

local function j(e: error?, s: string | error)
    if errors.is(e, errors.TIMEOUT) then print(e:message()) end
    if not errors.is(e, errors.TIMEOUT) then print(e:message()) end --! E0023
    if errors.is(s, errors.TIMEOUT) then print(s:kind(), s:upper()) end --! E0022
    print(e:message()) --! E0023
end

print(a, b, c, d, e, f, g, h, i, j, check)
