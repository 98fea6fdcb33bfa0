-- insert, remove, move, concat, unpack: positions at and beyond the ends, overlaps.
local function list(...) return {...} end
local function eq(t, want) local got = table.concat(t, ",") assert(got == want, got .. " is not " .. want) end
local t = list(1, 2, 3)
table.insert(t, 4) table.insert(t, 1, 0) table.insert(t, 6, 5) table.insert(t, 3, "x")
eq(t, "0,1,x,2,3,4,5")
for _, bad in ipairs{0, 9, -1, math.maxinteger, math.mininteger} do
  local ok, e = pcall(table.insert, t, bad, "y")
  assert(not ok and e:find("position out of bounds", 1, true), e)
end
assert(not pcall(table.insert, t) and not pcall(table.insert, t, 1, 2, 3) and not pcall(table.insert, nil, 1) and not pcall(table.insert, t, 1.5, 1)) -- lint: ignore E0000, E0003
assert(table.remove(t, 3) == "x" and table.remove(t) == 5 and table.remove(t, 1) == 0 and #t == 4)
assert(table.remove(t, 5) == nil and #t == 4 and not pcall(table.remove, t, 6) and not pcall(table.remove, t, 0) and not pcall(table.remove, t, -1))
eq(t, "1,2,3,4")
local empty = {}
assert(table.remove(empty) == nil and table.remove(empty, 0) == nil and table.remove(empty, 1) == nil and not pcall(table.remove, empty, 2) and #empty == 0)
assert(select("#", table.remove({5})) == 1 and select("#", table.insert({}, 1)) == 0)
-- move: within a table in both directions, to another, of nothing, with holes
eq(table.move(list(1, 2, 3, 4, 5), 2, 4, 1), "2,3,4,4,5")
eq(table.move(list(1, 2, 3, 4, 5), 1, 3, 3), "1,2,1,2,3")
eq(table.move(list(1, 2, 3), 1, 3, 1), "1,2,3")
eq(table.move(list(1, 2, 3), 1, 3, 2, list(9)), "9,1,2,3")
eq(table.move(list(1, 2, 3), 2, 1, 5, list(9)), "9")
eq(table.move(list(1, 2, 3), 1, 0, 1), "1,2,3")
local m = table.move({1, nil, 3}, 1, 3, 1, {7, 8, 9, 10})
assert(m[1] == 1 and m[2] == nil and m[3] == 3 and m[4] == 10)
m = table.move({[-1] = "a", [0] = "b", [1] = "c"}, -1, 1, -3, {})
assert(m[-3] == "a" and m[-2] == "b" and m[-1] == "c")
m = table.move({[math.maxinteger] = "end"}, math.maxinteger, math.maxinteger, math.mininteger, {})
assert(m[math.mininteger] == "end")
for _, bad in ipairs{{0, math.maxinteger, 1}, {math.mininteger, 0, 1}, {1, 2, math.maxinteger}, {-1, math.maxinteger - 1, 1}} do
  assert(not pcall(table.move, {}, bad[1], bad[2], bad[3]))
end
-- concat: ranges, separators, numbers, and what cannot be joined
assert(table.concat({}, ",") == "" and table.concat({1}, ",") == "1" and table.concat({1, 2, 3}, ", ", 2) == "2, 3" and table.concat({1, 2, 3}, "", 2, 2) == "2" and table.concat({1, 2, 3}, "x", 3, 2) == "" and table.concat({[5] = "a", [6] = "b"}, "-", 5, 6) == "a-b")
for _, bad in ipairs{{1, {}, 3}, {1, true}, {print or tostring}} do
  local ok, e = pcall(table.concat, bad) -- lint: ignore E0000
  assert(not ok and e:find("invalid value %(%a+%) at index %d+ in table for .concat.$"), e)
end
local ok, e = pcall(table.concat, {1, nil, 3}, ",", 1, 3) -- lint: ignore E0000
assert(not ok and e:find("invalid value (nil) at index 2 in table for 'concat'", 1, true), e)
assert(not pcall(table.concat, {1, 2}, {}) and not pcall(table.concat) and not pcall(table.concat, "x")) -- lint: ignore E0000, E0003
-- unpack: any range
local a, b, c = table.unpack({1, 2, 3}, 2)
assert(a == 2 and b == 3 and c == nil)
assert(select("#", table.unpack({}, 1, 3)) == 3 and select("#", table.unpack({1, 2, 3}, 3, 1)) == 0 and select("#", table.unpack({1, 2}, -1, 2)) == 4 and table.unpack({[0] = "z"}, 0, 0) == "z")
assert(select("#", table.unpack({}, math.maxinteger, math.maxinteger)) == 1 and select("#", table.unpack({}, math.mininteger, math.mininteger)) == 1)
