-- Integer arithmetic: wrap-around, floor division, modulo, shifts, bit operations.
local min, max = math.mininteger, math.maxinteger
assert(max + 1 == min and min - 1 == max and max * 2 == -2 and -min == min)
assert(7 // 2 == 3 and -7 // 2 == -4 and 7 // -2 == -4 and -7 // -2 == 3)
assert(7 % 3 == 1 and -7 % 3 == 2 and 7 % -3 == -2 and -7 % -3 == -1)
assert(min // -1 == min and min % -1 == 0 and min // 1 == min)
assert(math.type(7 // 2) == "integer" and math.type(7 % 3) == "integer" and math.type(7 / 7) == "float")
assert(math.type(2 ^ 2) == "float" and math.type(-3) == "integer" and math.type(1 + 2) == "integer")
assert(not pcall(function(x) return 1 // x end, 0) and not pcall(function(x) return 1 % x end, 0))
assert(7.5 // 2 == 3.0 and -7.5 // 2 == -4.0 and math.type(7.5 // 2) == "float" and 7 // 2.0 == 3.0)
assert(5.5 % 2 == 1.5 and -5.5 % 2 == 0.5 and 5.5 % -2 == -0.5)
assert(1 // 0.0 == math.huge and -1 // 0.0 == -math.huge and 0.0 / 0 ~= 0.0 / 0 and 1 % 0.0 ~= 1 % 0.0)
assert(5 % math.huge == 5 and -5 % math.huge == math.huge and 5 % -math.huge == -math.huge)
assert(1 << 63 == min and 1 << 64 == 0 and 1 << -1 == 0 and 1 >> -1 == 2 and -1 >> 63 == 1 and -1 >> 64 == 0 and -1 >> 1 == max)
assert(3 & 5 == 1 and 3 | 5 == 7 and 3 ~ 5 == 6 and ~0 == -1 and ~5 == -6)
assert(3.0 & 5 == 1 and 2 ^ 53 | 0 == 1 << 53)
assert(1 << 62 == 4611686018427387904 and 1 << min == 0)
for _, f in ipairs{function() return 1.5 & 1 end, function() return 2 ^ 63 | 0 end, function() return ~(0 / 0) end} do
  local ok, e = pcall(f)
  assert(not ok and e:find("number has no integer representation", 1, true), e)
end
local ok, e = pcall(function() return {} & 1 end) -- lint: ignore E0019
assert(not ok and e:find("attempt to perform bitwise operation on a table value", 1, true), e)
-- precedence
assert(2 ^ 3 ^ 2 == 512 and -2 ^ 2 == -4 and not nil == true and 1 .. 2 == "12")
assert(1 | 2 & 3 ~ 1 == 3 and 1 + 1 << 2 == 8 and 5 // 2 * 2 == 4 and 2 * 3 % 4 == 2)
assert("a" .. 1 + 2 == "a3" and #"ab" + 1 == 3 and -3 % 5 == 2 and -(3 % 5) == -3)
