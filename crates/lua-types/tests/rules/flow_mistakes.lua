-- Flow of control: mistakes.
for i = 1, 3 do
    local v = i % 2 == 0 and "even" or nil
    print(v:upper()) --! E0023
end
local n = 0
repeat
    local done = "x"
    n = n + done --! E0019
until done:upper() + 1 --! E0019
local a, b = 1, "x"
a, b = b, a
print(a + 1) --! E0019
print(b:upper()) --! E0005
local x: string? = nil
local y = x and x.y or 5
local z = x or 5
print(z:upper()) --! E0005
for f = "a", 2 do print(f) end --! E0000
for i = 1, 2 do i:upper() end --! E0005
local function va(...: number)
    local m = select("#", ...)
    return m:upper() --! E0005
end
va("x") --! E0000
print(("x"):rep("y")) --! E0000
print(("x"):rpe(2)) --! E0022
local q: integer = 7 / 2 --! E0000
local r: integer = 2 ^ 3 --! E0000
local s: integer = 7.5 // 2 --! E0000
print({} & 1, 1 << "x", q, r, s) --! E0019 E0019
local Callable = setmetatable({}, { __call = function(self, p) return 5 end })
print(Callable(5):upper()) --! E0005
local Plain = {}
Plain() --! E0002
local Vec = {}
Vec.__index = Vec
function Vec.new(v0) return setmetatable({ x = v0 }, Vec) end
print(Vec.new(1) + Vec.new(2)) --! E0019
print(Vec.new(1) < Vec.new(2)) --! E0019
print(Vec.new(1).y) --! E0004
local ok2, res = pcall(function() return { v = 1 } end)
if ok2 then print(res.w) end --! E0004
local good, v1 = pcall(function() return 1 end)
if good then print(v1:upper()) end --! E0005
local function load(p): (string?, string?)
    if p == "" then return nil, "empty" end
    return p, nil
end
local function use()
    local text, e = load("x")
    if e then return text:upper() end --! E0023
    return e:upper() --! E0023
end
local function use3()
    local text, e = load("x")
    return text:upper() --! E0023
end
local found
while true do
    local line = load("x")
    if not line then break end
    found = line
end
print(found:upper()) --! E0023
local sh = 1
do local sh = "x" print(sh + 1) end --! E0019
local p1 = table.unpack({ 1, 2 })
print(p1:upper()) --! E0005
local nums: {number} = {}
table.insert(nums, "x") --! E0000
table.insert(nums, "x", 6) --! E0000
nums[#nums + 1] = "x" --! E0000
nums.x = 1 --! E0004
local function first<T>(list: {T}): T? return list[1] end
print(first({ 1, 2 }) + 1) --! E0019
local function max<T: number>(c: T, d: T): T return c > d and c or d end
max("x", "y") --! E0020
type Tree = { value: number, left?: Tree }
local function sum(t: Tree): number
    return t.value + t.left.value --! E0023
end
sum({ value = 1, left = { vlaue = 2 } }) --! E0000 E0004
type Conf = { readonly name: string, port: integer }
local c: Conf = { name = "x", port = 1 }
c.name = "y" --! E0008
c.port = "x" --! E0000
type Level = "debug" | "info"
local function rank(l: Level): integer
    if l == "debug" then return 1
    elseif l == "info" then return 2 end
end
local function half(l: Level): integer
    if l == "debug" then return 1 end
end --! E0010
local lv: Level = "inof" --! E0000
rank("x") --! E0000
local function must(v: string?): string
    if v then error("x") end
    return v --! E0000
end
local function must2(v: string?): string
    if v == nil then print("x") end
    return v --! E0000
end
type Opt = { a?: { b?: string } }
local function deep(o: Opt): string
    if o.a then return o.a.b end --! E0000
    return o.a.b --! E0023
end
local function show(v: string | number): string
    if type(v) == "number" then return v end --! E0000
    return v + 1 --! E0019
end
local cur: Tree? = { value = 1 }
while cur do
    cur = cur.left
    print(cur.value) --! E0023
end
local ages: {[string]: integer} = { ann = 5 }
print(ages.ann + 1) --! E0019
ages[1] = 5 --! E0018
ages.bob = "x" --! E0000
for name, age in pairs(ages) do print(name + age) end --! E0019
local function three() return 1, "a", true end
local m1, m2, m3, m4 = three()
print(m2 + 1) --! E0019
print(m4:upper()) --! E0023
local handler: ((string) -> ())? = nil
handler("x") --! E0002
local maybe: string? = "x"
local function clear() maybe = nil end
if maybe then
    clear()
    print(maybe:upper()) --! E0023
end
local t2: {a: string?} = { a = "x" }
local function wipe() t2.a = nil end
if t2.a then
    wipe()
    print(t2.a:upper())
end
local function missing(v: number): string
    if v > 1 then return "x" end
end --! E0010
goto out
do local unreachable = 1 end --! E0009
::out::
print(lv, missing, z, y, half)
