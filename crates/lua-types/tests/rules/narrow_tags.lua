-- Narrowing of unions by a tag field.
type A = { kind: "a", x: number }
type B = { kind: "b", y: string }
type C = { kind: "c", z: boolean }
type Any = A | B | C

local function f(v: Any)
    if v.kind == "a" then
        print(v.x + 1)
        print(v.y) --! E0004
    elseif v.kind == "b" then
        print(v.y:upper())
    else
        print(v.z)
        print(v.x) --! E0004
    end
    if v.kind ~= "a" then
        print(v.kind == "b" and v.y or "")
        return
    end
    print(v.x)
end

type Ok = { ok: true, value: number }
type Failed = { ok: false, error: string }
local function g(r: Ok | Failed)
    if r.ok then
        print(r.value)
        print(r.error) --! E0004
    else
        print(r.error)
    end
    if not r.ok then print(r.error) return end
    print(r.value + 1)
end

type One = { code: 1, one: string }
type Two = { code: 2, two: string }
local function h(v: One | Two)
    if v.code == 1 then print(v.one) else print(v.two) end
    local kind = v
    if kind.code == 2 then print(kind.two) end
end

local function i(list: {Any}): number
    local sum = 0
    for _, v in ipairs(list) do
        if v.kind == "a" then
            sum = sum + v.x
        elseif v.kind == "b" then
            sum = sum + #v.y
        elseif v.kind == "c" then
            sum = v.z and sum or 0
        end
    end
    return sum
end
print(f, g, h, i)
