-- next, pairs, ipairs: every entry once, clearing while walking, invalid keys.
local t = {10, 20, 30, a = 1, b = 2, [1.5] = 3, [true] = 4}
local n, sum = 0, 0
for _, v in pairs(t) do n, sum = n + 1, sum + v end
assert(n == 7 and sum == 70)
for k in pairs(t) do t[k] = nil end
assert(next(t) == nil)
for i = 1, 1000 do t["k" .. i] = i end
n = 0
for k, v in pairs(t) do assert(k == "k" .. v) t[k] = nil n = n + 1 end
assert(n == 1000 and next(t) == nil)
t = {1, 2, 3}
for k, v in pairs(t) do t[k] = v * 2 end
assert(t[3] == 6)
assert(next({}) == nil and next({5}) == 1 and select("#", next({})) == 1)
assert(rawequal(next, (pairs({}))))
local ok, e = pcall(next, {}, "nokey")
assert(not ok)
n = 0
for i, v in ipairs{1, 2, nil, 4} do n = n + 1 assert(i == v) end
assert(n == 2)
local proxy = setmetatable({}, {__index = function(_, i) if i <= 3 then return i * i end end})
n = 0
for i, v in ipairs(proxy) do n = n + 1 assert(v == i * i) end
assert(n == 3)
assert(not pcall(pairs) and not pcall(ipairs) and not pcall(next, 1)) -- lint: ignore E0000, E0003
-- growing while walking a copy
local keys = {}
for k in pairs{x = 1, y = 2, z = 3} do keys[#keys + 1] = k end
table.sort(keys)
assert(table.concat(keys) == "xyz")
