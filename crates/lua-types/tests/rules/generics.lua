-- Generics: type arguments are inferred from arguments and from what is expected.
local function id<T>(x: T): T return x end
local a: number = id(1)
local b: string = id("a")
local c: string = id(1) --! E0000
print(id("a"):upper(), id(1) + 1)
print(id("a") + {}) --! E0019

type Box<T> = { value: T }
local function box<T>(value: T): Box<T> return { value = value } end
local d: Box<number> = box(1)
local e: Box<string> = box(1) --! E0000
local f: Box<number> = { value = "x" } --! E0000
print(box("a").value:upper())
print(box("a").valu) --! E0004

local function map<T, U>(list: {T}, fn: (T) -> U): {U}
    local out: {U} = {}
    for i, v in ipairs(list) do out[i] = fn(v) end
    return out
end
local g: {string} = map({ 1, 2 }, function(n) return "n" .. n end)
local h: {number} = map({ "a" }, function(s) return #s end)
local i: {number} = map({ "a" }, function(s) return s end) --! E0000
map({ 1 }, function(n) return n.x end) --! E0005
map(5, function(n) return n end) --! E0000

local function first<T>(list: {T}): T? return list[1] end
print(first({ "a" }):upper()) --! E0023
local j = first({ 1 }) or 0
print(j + 1)

type Result<T, E> = { ok: true, value: T } | { ok: false, error: E }
local function try<T>(fn: () -> T): Result<T, string>
    local ok, v = pcall(fn)
    if ok then return { ok = true, value = v } end
    return { ok = false, error = tostring(v) }
end
local r = try(function() return 1 end)
if r.ok then print(r.value + 1) else print(r.error:upper()) end
if not r.ok then print(r.value) end --! E0004
local function wrong<T>(x: T): T
    return 5 --! E0000
end
print(a, b, c, d, e, f, g, h, i, wrong)
