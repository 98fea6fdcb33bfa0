-- Integers and floats compare by their exact values, in every form of comparison, and in tables.
local max, min = math.maxinteger, math.mininteger
local big, two53 = 2.0 ^ 63, 2 ^ 53
-- in ascending order; equal ones share a line
local ranks = {
  {-math.huge}, {-1e300}, {-big * 2}, {min, -big}, {min + 1}, {min + 1024, -big + 1024.0}, {-two53 - 2, -9007199254740994},
  {-9007199254740993}, {-9007199254740992, -two53}, {-9007199254740991, -two53 + 1}, {-2}, {-1.5}, {-1, -1.0}, {-0.5}, {-5e-324},
  {0, 0.0, -0.0}, {5e-324}, {0.5}, {1, 1.0}, {1.5}, {2}, {9007199254740991, two53 - 1}, {9007199254740992, two53}, {9007199254740993},
  {9007199254740994, two53 + 2}, {max - 1023, big - 1024.0}, {max - 512}, {max - 1}, {max}, {big}, {big * 2}, {1e300}, {math.huge},
}
local function check(a, b, i, j)
  assert((a < b) == (i < j)) assert((a <= b) == (i <= j)) assert((a > b) == (i > j)) assert((a >= b) == (i >= j))
  assert((a == b) == (i == j)) assert((a ~= b) == (i ~= j)) assert(rawequal(a, b) == (i == j))
  local seen = 0
  if a < b then seen = seen + 1 end
  if a > b then seen = seen + 1 end
  if a == b then seen = seen + 1 end
  assert(seen == 1)
  local t = {[a] = "found"}
  assert((t[b] == "found") == (i == j))
  assert(math.max(a, b) == (i < j and b or a) and math.min(a, b) == (i < j and a or b))
end
for i, left in ipairs(ranks) do
  for j, right in ipairs(ranks) do
    for _, a in ipairs(left) do for _, b in ipairs(right) do check(a, b, i, j) end end
  end
end
-- with literals
assert(9007199254740993 ~= 9007199254740992.0 and 9007199254740993 > 9007199254740992.0 and 9007199254740992.0 < 9007199254740993)
local x = 9007199254740993
assert(x ~= 9007199254740992.0 and x > 9007199254740992.0 and not (x <= 9007199254740992.0) and 9007199254740992.0 < x and x < 9007199254740994.0)
x = 9223372036854775807
assert(x < 9223372036854775808.0 and x ~= 9223372036854775808.0 and not (x >= 9223372036854775808.0) and x > -9223372036854775808.0)
x = 9223372036854775808.0
assert(x > 9223372036854775807 and not (x <= 9223372036854775807) and x ~= 9223372036854775807)
-- NaN is unordered and unequal, also to itself
local nan = 0 / 0
for _, v in ipairs{nan, 1, 1.5, max, min, math.huge, -math.huge} do
  assert(not (nan < v) and not (nan <= v) and not (nan > v) and not (nan >= v) and nan ~= v and not (nan == v))
  assert(not (v < nan) and not (v <= nan) and not (v > nan) and not (v >= nan) and v ~= nan)
end
assert(nan ~= nan and not rawequal(nan, nan) and not (nan < 1) and not (nan > 1) and not (1 < nan))
-- sorting by exact values
local list = {}
for i = #ranks, 1, -1 do list[#list + 1] = ranks[i][1] end
table.sort(list)
for i = 1, #list do assert(list[i] == ranks[i][1]) end
-- texts are no numbers
assert(1 ~= "1" and not pcall(function() return 1 < "2" end) and not pcall(function() return "1" >= 2.5 end)) -- lint: ignore E0019
assert("a" < "b" and "10" < "9" and "" < "\0" and "a\0a" < "a\0b" and not ("a" < "a") and "a" <= "a" and "Z" < "a" and "\xff" > "a")
