-- Numeric and generic for: limits, steps, overflow, modified bounds, fresh variables.
local function count(a, b, c) local n, last = 0 for i = a, b, c or 1 do n = n + 1 last = i if n > 100 then break end end return n, last end
assert(count(1, 3) == 3 and count(3, 1) == 0 and count(3, 1, -1) == 3 and count(1, 1) == 1 and count(0, 1, 0.25) == 5 and count(1, 0, 1) == 0)
local n
assert(count(1, math.huge) == 101 and count(1, -math.huge) == 0 and count(-1, -math.huge, -1) == 101 and count(1, 0 / 0) == 0)
assert(count(1, 2.9) == 2 and count(1, 3.0) == 3 and count(-1, -2.9, -1) == 2)
for i = 1, 3.0 do assert(math.type(i) == "integer") end
for i = 1.0, 3 do assert(math.type(i) == "float") end
for i = 1, 3, 1.0 do assert(math.type(i) == "float") end
for _, bad in ipairs{{"x", 1, 1}, {1, {}, 1}, {1, 2, {}}} do
  local ok, e = pcall(function() for i = bad[1], bad[2], bad[3] do end end) -- lint: ignore E0000
  assert(not ok and e:find("'for'", 1, true), e)
end
local limit, calls = 3, 0
local function bound() calls = calls + 1 return limit end
for i = 1, bound() do limit = 100 end
assert(calls == 1)
for i = 1, 3 do local j = i i = 10 assert(j <= 3) end
local fs = {}
for i = 1, 3 do fs[i] = function() i = i + 1 return i end end
assert(fs[1]() == 2 and fs[1]() == 3 and fs[2]() == 3)
-- generic: an iterator, its state and control values
local function iter(s, c) if c < s then return c + 1, c * 10 end end
local sum = 0
for i, v in iter, 3, 0 do sum = sum + i + v end
assert(sum == 1 + 2 + 3 + 0 + 10 + 20)
for k in next, {} do error("never") end
local callable = setmetatable({}, {__call = function(_, s, c) c = c + 1 if c <= s then return c end end})
n = 0
for i in callable, 5, 0 do n = n + i end
assert(n == 15)
local ok, e = pcall(function() for _ in 5 do end end) -- lint: ignore E0002
assert(not ok and e:find("attempt to call a number value", 1, true), e)
-- while, repeat (its condition sees the body's locals), nested breaks
local r = 0
repeat local done = r == 3 r = r + 1 until done
assert(r == 4)
for i = 1, 3 do for j = 1, 3 do if j == 2 then break end r = r + 1 end end
assert(r == 7)
while true do r = r - 1 if r == 0 then break end end
