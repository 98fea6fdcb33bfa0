-- table.concat, unpack, pack and move.
assert(table.concat({}) == "" and table.concat({1, "b", 2.5}) == "1b2.5" and table.concat({1, 2, 3}, ", ") == "1, 2, 3")
assert(table.concat({1, 2, 3}, "-", 2) == "2-3" and table.concat({1, 2, 3}, "-", 2, 2) == "2" and table.concat({1, 2, 3}, "-", 3, 2) == "")
assert(table.concat({[5] = "x", [6] = "y"}, "", 5, 6) == "xy" and table.concat({"a", "b"}, 1) == "a1b")
local ok, e = pcall(table.concat, {1, {}, 3}) -- lint: ignore E0000
assert(not ok and e:find("invalid value (table) at index 2 in table for 'concat'", 1, true), e)
ok, e = pcall(table.concat, {1, 2}, ",", 1, 3)
assert(not ok and e:find("invalid value (nil) at index 3", 1, true), e)
assert(not pcall(table.concat) and not pcall(table.concat, {}, {})) -- lint: ignore E0000, E0003
local big = {}
for i = 1, 50000 do big[i] = "x" .. i end
assert(#table.concat(big, ",") == 50000 + 49999 + 9 + 90 * 2 + 900 * 3 + 9000 * 4 + 40001 * 5)

assert(select("#", table.unpack({})) == 0 and select("#", table.unpack({1, nil, 3}, 1, 3)) == 3)
local a, b, c = table.unpack({1, 2, 3}, 2)
assert(a == 2 and b == 3 and c == nil)
assert(select("#", table.unpack({}, 1, 250)) == 250 and select("#", table.unpack({}, 5, 4)) == 0 and table.unpack({[-1] = "m"}, -1, -1) == "m")
ok, e = pcall(table.unpack, {}, 1, 1e8)
assert(not ok and e:find("too many results to unpack", 1, true), e)
ok, e = pcall(table.unpack, {}, math.mininteger, math.maxinteger)
assert(not ok and e:find("too many results to unpack", 1, true), e)
assert(table.unpack({[math.maxinteger] = 7}, math.maxinteger, math.maxinteger) == 7)

local p = table.pack(nil, 2, nil)
assert(p.n == 3 and p[2] == 2 and p[1] == nil and table.pack().n == 0)
local m = table.move({1, 2, 3}, 1, 3, 2)
assert(table.concat(m, ",") == "1,1,2,3")
m = table.move({1, 2, 3}, 2, 3, 1)
assert(table.concat(m, ",") == "2,3,3")
local to = {"x"}
assert(table.move({1, 2}, 1, 2, 2, to) == to and table.concat(to, ",") == "x,1,2")
assert(#table.move({}, 1, 0, 5) == 0)
assert(not pcall(table.move, {}, 1, math.maxinteger, 2) and not pcall(table.move, {}, math.mininteger, 0, 1))
local reversed = table.move({1, 2, 3, 4}, 1, 4, 1)
assert(table.concat(reversed) == "1234")
