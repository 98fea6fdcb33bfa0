-- `a <= b` without `__le` is `not (b < a)`.
local asked = {}
local lt = {__lt = function(a, b) asked[#asked + 1] = {a, b} return a.v < b.v end}
local function box(v) return setmetatable({v = v}, lt) end
local one, two = box(1), box(2)
assert(one <= two and one <= box(1) and not (two <= one))
assert(asked[1][1] == two and asked[1][2] == one)
assert(two >= one and not (one >= two) and one >= box(1))
-- the answer is a truth value, whatever the handler gives
local any = setmetatable({}, {__lt = function() return "yes" end})
local none = setmetatable({}, {__lt = function() return nil end})
assert((any <= any) == false and (none <= none) == true)
assert((any <= 5) == false and (5 >= any) == false and (none >= 5) == true)
-- in conditions, both ways, and with a handler that raises
local n = 0
if one <= two then n = n + 1 end
if two <= one then n = n + 10 end
while not (one >= two) do n = n + 100 break end
assert(n == 101)
local bad = setmetatable({}, {__lt = function() error("no order", 0) end})
local ok, e = pcall(function() return bad <= bad end)
assert(not ok and e == "no order")
-- `__le` comes first
local both = setmetatable({}, {__lt = function() error("asked") end, __le = function() return true end})
assert(both <= both)
