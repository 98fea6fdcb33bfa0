-- table.sort: comparators that lie, change the table, freeze it, raise or allocate do no harm.
local function numbers(n) local t = {} for i = 1, n do t[i] = i * 7919 % 1009 end return t end
assert(pcall(table.sort, numbers(200), function() return true end))
assert(pcall(table.sort, numbers(200), function() return false end))
local t = numbers(200)
pcall(table.sort, t, function(a, b) for k in pairs(t) do t[k] = nil end return (a or 0) < (b or 0) end)
t = numbers(200)
pcall(table.sort, t, function(a, b) for i = #t, 400 do t[i + 1] = i end return a < b end)
t = numbers(50)
local ok, err = pcall(table.sort, t, function(a, b) table.freeze(t) return a > b end)
assert(not ok and err:find("immutable", 1, true), err)
ok, err = pcall(table.sort, numbers(50), function() error("raised", 0) end)
assert(not ok and err == "raised")
t = numbers(50)
table.sort(t, function(a, b) t = nil local g = {} for _ = 1, 10 do g = {g} end return a < b end)
assert(not pcall(table.sort, {3, 1, "x", 2}) and not pcall(table.sort, {1, 2, {}, 5}))
assert(pcall(table.sort, {0 / 0, 1, 0 / 0, 3, 0 / 0, 2}))
local mixed = {3, 2.5, 1, math.huge, -math.huge, math.maxinteger, math.mininteger}
table.sort(mixed)
for i = 2, #mixed do assert(mixed[i - 1] <= mixed[i]) end
