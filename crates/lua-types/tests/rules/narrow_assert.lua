-- assert lets a path go on only if its condition holds, and gives its argument back.
local function get(): (string?, string?) return "x" end
local function need(s: string) return s end

local a = get()
assert(a)
need(a)

local b = assert(get())
need(b)

local c = get()
assert(c ~= nil, "message")
need(c)

local d: number | string = 1
local function f(x: number | string)
    assert(type(x) == "string")
    need(x)
end
f(d)

local g = get()
assert(type(g) == "string" and #g > 0)
need(g)

local h = get()
print(h)
need(h) --! E0000

local n = assert(tonumber("5"))
print(n + 1)
local function i(x: { kind: "a", v: number } | { kind: "b", w: string })
    assert(x.kind == "b")
    need(x.w)
    print(x.v) --! E0004
end
print(i)
