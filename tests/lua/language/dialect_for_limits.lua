-- Dialect: a numeric for ends at the largest and the smallest integer (Lua 5.3 wraps around).
local function count(a, b, c) local n, last = 0 for i = a, b, c or 1 do n = n + 1 last = i if n > 100 then break end end return n, last end
local n, last = count(math.maxinteger - 1, math.maxinteger)
assert(n == 2 and last == math.maxinteger)
n, last = count(math.mininteger + 1, math.mininteger, -1)
assert(n == 2 and last == math.mininteger)
assert(count(math.maxinteger, 1e300) == 1 and count(math.maxinteger - 5, math.maxinteger, 4) == 2)
-- a step of zero raises
local ok, e = pcall(function() for _ = 1, 2, 0 do end end)
assert(not ok and e:find("'for' step is zero", 1, true), e)
