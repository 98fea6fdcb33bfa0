-- A field that does not exist may be asked for in a condition; reading it elsewhere is a mistake.
local t = { x = 1 }
if t.y then print("has y") end
if not t.y then print("no y") end
if t.y == nil then print("no y") end
if t.y ~= nil and t.x then print("both") end
local a = t.y or 5
local b = t.y and 1 or 2
while t.z do break end
print(t.y) --! E0004
local c = t.y --! E0004
print(t.y + 1) --! E0004
print(t.y.z) --! E0004
local function f(x: number) return x end
f(t.y) --! E0004
assert(t.x)
print(a, b, c)

-- Globals that nobody defines, and what a library does not have, may be asked for, too.
if rawlen == nil then print("no rawlen") end
if rawlen ~= nil then print(rawlen(t)) end
if bit32 then print(bit32.band(1, 2)) end
print(bit32) --! E0001
assert(coroutine.isyieldable == nil and not table.size)
if coroutine.isyieldable then print(coroutine.isyieldable()) end
local move = table.moved or function(list) return list end
local size = table.size and table.size(t) or 0
if table.size == 1 then print("a size") end --! E0004
if sise then print("a size") end --! E0001
if type(utf8) == "table" then print(utf8.char(65)) end
local log = DEBUG and print or nil
print(table.size(t)) --! E0004
if not string.pack then return end
print(string.pack("i", 1), move, size, log)
