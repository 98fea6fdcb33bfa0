-- Flow of control: what is right.
-- goto continue
for i = 1, 3 do
    local v = i % 2 == 0 and "even" or nil
    if not v then goto continue end
    print(v:upper())
    ::continue::
end
-- repeat sees locals
local n = 0
repeat
    local done = n > 3
    n = n + 1
until done
repeat local s = ("x"):rep(n) until #s > 5
-- closures writing captured
local count, last = 0, nil
local function bump(v) count = count + 1; last = v end
bump("a")
print(count + 1, last and last:upper())
-- swap
local a, b = 1, "x"
a, b = b, a
print(a:upper(), b + 1)
local t = { 1, 2 }
t[1], t[2] = t[2], t[1]
print(t[1] + t[2])
-- and/or chains
local x = nil
local y = x and x.y or "d"
print(y:upper())
local z = (a and b) or (b and a)
print(z)
local w = a == "x" and 1 or a == "y" and 2 or 3
print(w + 1)
-- float for
for f = 0.5, 2.5, 0.5 do print(f * 2) end
for i = 10, 1, -1 do print(i // 2, i % 3, i / 2, 2 ^ i) end
-- varargs
local function va(...)
    local m = select("#", ...)
    local first = ...
    local args = { ... }
    for i = 1, m do print((select(i, ...))) end
    return m + #args, first
end
print(va(1, "a", nil))
-- string methods
print(("x"):rep(3):upper():len() + 1, #("abc"), ("%d"):format(3))
local s = "a,b"
for word in s:gmatch("[^,]+") do print(word:upper()) end
local k, v = s:match("(%w),(%w)")
if k then print(k:upper(), v:upper()) end
-- integer division
local q: integer = 7 // 2
local r: integer = 7 % 2
local bits: integer = 7 & 3 | 8 ~ 1 << 2 >> 1
print(q, r, bits, ~q)
-- metatables
local Callable = setmetatable({}, { __call = function(self, p) return p end })
print(Callable(5))
local Default = setmetatable({}, { __index = function(_, key) return key .. "!" end })
print(Default.anything, Default.other)
local Vec = {}
Vec.__index = Vec
Vec.__add = function(p, o) return Vec.new(p.x + o.x) end
Vec.__eq = function(p, o) return p.x == o.x end
Vec.__lt = function(p, o) return p.x < o.x end
Vec.__tostring = function(p) return "v" .. p.x end
Vec.__len = function() return 1 end
Vec.__concat = function(p, o) return tostring(p) .. tostring(o) end
Vec.__unm = function(p) return Vec.new(-p.x) end
function Vec.new(v0) return setmetatable({ x = v0 }, Vec) end
local sum = Vec.new(1) + Vec.new(2)
print(sum.x + 1, #sum, sum .. "x", -sum, sum < Vec.new(5), sum == Vec.new(3))
-- pcall
local ok, err = pcall(error, "x")
if not ok then print(tostring(err)) end
local ok2, res = pcall(function() return { v = 1 } end)
if ok2 then print(res.v + 1) else print(res) end
local good, v1, v2 = pcall(function() return 1, "a" end)
if good then print(v1 + 1, v2:upper()) end
-- error pairs inverted
local function load(p): (string?, string?)
    if p == "" then return nil, "empty" end
    return p, nil
end
local function use()
    local text, e = load("x")
    if e then return nil, e end
    return text:upper()
end
local function use2()
    local text, e = load("x")
    if not text then return nil, e:upper() end
    return text:upper()
end
print(use(), use2())
-- while true with break
local found
while true do
    local line = load("x")
    if not line then break end
    found = line
    if #line > 3 then break end
end
if found then print(found:upper()) end
local result: string
while true do
    local line = load("y")
    if line then result = line break end
end
print(result:upper())
-- shadowing
local sh = 1
do local sh = "x" print(sh:upper()) end
for sh = 1, 2 do print(sh + 1) end
print(sh + 1)
local sh = "now text"
print(sh:upper())
-- unpack
local p1, p2 = table.unpack({ 1, 2 })
print(p1 + p2)
local nums: {number} = {}
table.insert(nums, 5)
table.insert(nums, 1, 6)
nums[#nums + 1] = 7
print(#nums, table.concat(nums, ","))
print(q, math.max(1, 2.5), math.floor(2.5) + 1)
