-- Written types along the flow: what is right.
-- generics
local function first<T>(list: {T}): T? return list[1] end
local f1 = first({ 1, 2 })
if f1 then print(f1 + 1) end
local function max<T: number>(a: T, b: T): T return a > b and a or b end
print(max(1, 2) + 1)
local function map<T, U>(list: {T}, f: (T) -> U): {U}
    local out: {U} = {}
    for i, v in ipairs(list) do out[i] = f(v) end
    return out
end
for _, s in ipairs(map({ 1, 2 }, function(n) return "n" .. n end)) do print(s:upper()) end
-- recursive types
type Tree = { value: number, left?: Tree, right?: Tree }
local function sum(t: Tree?): number
    if not t then return 0 end
    return t.value + sum(t.left) + sum(t.right)
end
print(sum({ value = 1, left = { value = 2 } }))
type Json = nil | boolean | number | string | {Json} | {[string]: Json}
local j: Json = { a = { 1, "x", true } }
-- readonly
type Conf = { readonly name: string, port: integer }
local c: Conf = { name = "x", port = 1 }
c.port = 2
-- unions of literals
type Level = "debug" | "info" | "error"
local function rank(l: Level): integer
    if l == "debug" then return 1
    elseif l == "info" then return 2
    elseif l == "error" then return 3 end
    return 0
end
local lv: Level = "info"
print(rank(lv), rank("error"))
local function rank2(l: Level): integer
    if l == "debug" then return 1 end
    if l == "info" then return 2 end
    return 3
end
-- discriminated
type Circle = { kind: "circle", r: number }
type Box = { kind: "box", w: number, h: number }
type Shape = Circle | Box
local function area(s: Shape): number
    if s.kind == "circle" then return s.r ^ 2 else return s.w * s.h end
end
local function area2(s: Shape): number
    local kind = s.kind
    if kind == "circle" then return 1 end
    return 2
end
local areas: {[string]: (Shape) -> number} = { circle = area, box = area2 }
print(area({ kind = "box", w = 1, h = 2 }), areas.circle)
-- early error
local function must(v: string?): string
    if v == nil then error("nil") end
    return v
end
local function must2(v: string?): string
    if not v then error({ code = 1 }) end
    return v
end
local function must3(v: string?): string return v or error("x") end
local function must4(v: string?): string return assert(v, "none") end
print(must("x"), must2("x"), must3("x"), must4("x"))
-- optional fields
type Opt = { a?: { b?: string } }
local function deep(o: Opt): string
    if o.a and o.a.b then return o.a.b end
    return o.a and o.a.b or "none"
end
local function deep2(o: Opt?): string
    local a = o and o.a
    local b = a and a.b
    return b or "x"
end
print(deep({}), deep2())
-- narrowing by type
local function show(v: string | number | {string} | nil): string
    if v == nil then return "nil"
    elseif type(v) == "table" then return v[1] or "empty"
    elseif type(v) == "number" then return "n" .. v + 1 end
    return v:upper()
end
print(show(1), show({ "x" }))
-- loops that narrow
local cur: Tree? = { value = 1 }
while cur do
    print(cur.value)
    cur = cur.left
end
local node: Tree? = nil
for i = 1, 3 do
    if node then print(node.value) end
    node = { value = i, left = node }
end
print(node and node.value)
-- varargs typed
local function total(...: number): number
    local t = 0
    for _, v in ipairs({ ... }) do t = t + v end
    return t
end
print(total(1, 2, 3))
-- map lookups
local ages: {[string]: integer} = { ann = 5 }
local age = ages.ann
if age then print(age + 1) end
ages.bob = nil
for name, a in pairs(ages) do print(name:upper(), a + 1) end
local name: string? = next(ages)
print(name and name:upper())
-- any
local raw: any = {}
print(raw.x.y, raw(), raw + 1)
local typed: string = raw
print(typed:upper(), rank2, deep)
-- casts
local num = raw as number
print(num + 1, (raw :: string):upper())
local opt: string? = nil
-- interface
interface Named
    function name(self): string
end
local Dog = {}
Dog.__index = Dog
function Dog.new(n: string) return setmetatable({ n = n }, Dog) end
function Dog:name(): string return self.n end
local pet: Named = Dog.new("rex")
print(pet:name():upper(), opt)
-- callbacks
local function each(list: {number}, f: (number, integer) -> ()) for i, v in ipairs(list) do f(v, i) end end
local acc = 0
each({ 1, 2 }, function(v) acc = acc + v end)
print(acc + 1)
local sorted = { 3, 1 }
table.sort(sorted, function(x, y) return x > y end)
-- coroutine
local co = coroutine.create(function(a1) local b1 = coroutine.yield(a1) return b1 end)
local okc, val = coroutine.resume(co, 1)
print(okc, val)
for v in coroutine.wrap(function() coroutine.yield(1) end) do print(v) end
-- multiple returns adjust
local function three() return 1, "a", true end
local m1, m2, m3, m4 = three()
print(m1 + 1, m2:upper(), m3, m4)
local only = (three())
print(only + 1)
local list3 = { three() }
print(#list3)
-- nested functions and upvalues narrowed
local handler: ((string) -> ())? = nil
local function set(h: (string) -> ()) handler = h end
set(print)
if handler then handler("x") end
local maybe: string? = must("x")
local function later() if maybe then print(maybe:upper()) end end
later()
