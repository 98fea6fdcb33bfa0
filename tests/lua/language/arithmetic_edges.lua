-- Arithmetic at the edges of integers and floats; constants, locals and folded expressions agree.
local max, min, huge = math.maxinteger, math.mininteger, math.huge
local function same(a, b) return (a == b or (a ~= a and b ~= b)) and math.type(a) == math.type(b) and (a ~= 0 or 1 / a == 1 / b) end
local function eq(a, b) assert(same(a, b), tostring(a) .. " is not " .. tostring(b)) end
local function id(...) return ... end
-- integers wrap around
eq(id(max) + 1, min) eq(max + id(1), min) eq(0x7fffffffffffffff + 1, min) eq(id(min) - 1, max) eq(id(max) * 2, -2) eq(id(min) * -1, min) eq(-id(min), min)
eq(id(max) * max, 1) eq(id(min) * min, 0) eq(id(0x100000000) * 0x100000000, 0) eq(id(3037000500) * 3037000500, -9223372036709301616)
-- floor division and modulo of integers: the sign of the result is that of the divisor
for _, c in ipairs{{7, 3, 2, 1}, {-7, 3, -3, 2}, {7, -3, -3, -2}, {-7, -3, 2, -1}, {6, 3, 2, 0}, {-6, 3, -2, 0}, {6, -3, -2, 0}, {0, 5, 0, 0}, {0, -5, 0, 0},
  {max, -1, -max, 0}, {min, -1, min, 0}, {min, 1, min, 0}, {min, max, -2, max - 1}, {max, min, -1, -1}, {min, min, 1, 0}, {1, max, 0, 1}, {-1, max, -1, max - 1}, {1, min, -1, min + 1}} do
  local a, b = c[1], c[2]
  eq(a // b, c[3]) eq(a % b, c[4])
  assert(a == b * (a // b) + a % b)
end
-- the same of floats
for _, c in ipairs{{7.5, 2, 3.0, 1.5}, {-7.5, 2, -4.0, 0.5}, {7.5, -2, -4.0, -0.5}, {-7.5, -2, 3.0, -1.5}, {1e300, 3.0, 1e300 / 3 // 1, 1e300 % 3.0}, {5, huge, 0.0, 5.0}, {-5, huge, -0.0, huge},
  {5, -huge, -0.0, -huge}, {-5, -huge, 0.0, -5.0}, {0.0, 1, 0.0, 0.0}, {-0.0, 1, -0.0, -0.0}, {6.0, 3, 2.0, 0.0}, {-6.0, 3, -2.0, -0.0}, {6, -3.0, -2.0, 0.0}} do
  eq(c[1] // c[2], c[3])
  assert(c[1] % c[2] == c[4], c[1] .. " % " .. c[2])
end
eq(1 // 0.0, huge) eq(-1 // 0.0, -huge) eq(1.0 // 0, huge) assert(0.0 / 0.0 ~= 0.0 / 0.0) assert(id(0) / 0 ~= id(0) / 0) eq(id(1) / 0, huge) eq(id(-1) / 0, -huge) eq(1 / -0.0, -huge)
assert(huge % 2 ~= huge % 2 and huge // 1 == huge and 5 % 0.0 ~= 5 % 0.0 and huge - huge ~= 0)
assert(5.3 % 2 > 1.29 and 5.3 % 2 < 1.31)
-- division and power give floats
eq(7 / 7, 1.0) eq(1 / 2, 0.5) eq(max / 1, 2.0 ^ 63) eq(2 ^ 2, 4.0) eq(2 ^ -1, 0.5) assert(2 ^ 0.5 * 2 ^ 0.5 > 1.99) eq((-2) ^ 2, 4.0) eq(-2 ^ 2, -4.0) eq(0 ^ 0, 1.0) eq(2 ^ 1024, huge)
eq(2 ^ 3 ^ 2, 512.0) assert((-8) ^ (1 / 3) ~= (-8) ^ (1 / 3))
-- mixed operands are floats
eq(1 + 1.0, 2.0) eq(2 * 0.5, 1.0) eq(3 - 3.0, 0.0) eq(7 // 2.0, 3.0) eq(7 % 2.0, 1.0) eq(max + 1.0, 2.0 ^ 63) eq(max + 0.0, 2.0 ^ 63) eq(9007199254740993 + 0.0, 9007199254740992.0)
eq(-0.0, -0.0) eq(0.0, 0.0) eq(-id(0.0), -0.0) eq(-id(0), 0) eq(0.0 + -0.0, 0.0) eq(-0.0 - 0.0, -0.0) eq(0 * -1, 0) eq(0.0 * -1, -0.0) eq(-id(1.5), -1.5)
-- shifts: logical, by any count
eq(1 << 63, min) eq(1 << 64, 0) eq(1 << 62, 0x4000000000000000) eq(-1 >> 1, max) eq(-1 >> 63, 1) eq(-1 >> 64, 0) eq(-1 << 64, 0) eq(1 << -1, 0) eq(2 << -1, 1) eq(1 >> -1, 2) eq(1 >> -63, min) eq(1 >> -64, 0)
eq(1 << max, 0) eq(1 << min, 0) eq(1 >> max, 0) eq(1 >> min, 0) eq(-1 >> min, 0) eq(id(5) << id(0), 5) eq(id(min) >> 63, 1)
-- bits of whole floats
eq(5 & 3, 1) eq(5 | 3, 7) eq(5 ~ 3, 6) eq(~0, -1) eq(~-1, 0) eq(5.0 & 3, 1) eq(2.0 ^ 53 | 1, 9007199254740993) eq(-1.0 & 0xff, 255) eq(~0.0, -1) eq(-2.0 ^ 63 | 0, min) eq(1.0 << 2.0, 4)
for _, f in ipairs{function() return 0.5 | 0 end, function() return 1 & 1.5 end, function() return ~1e300 end, function() return 2.0 ^ 63 | 0 end, function() return 1 << huge end, function() return 0 / 0 ~ 1 end, function() return 1 >> 0.1 end} do
  local ok, e = pcall(f)
  assert(not ok and e:find("number.* has no integer representation"), e)
end
for _, f in ipairs{function() return 1 // 0 end, function() return id(1) // id(0) end, function() return id(min) // 0 end, function() local z = 0 return 5 // z end} do
  local ok, e = pcall(f)
  assert(not ok and e:find("attempt to ", 1, true) and e:find("zero", 1, true) or e:find("n//0", 1, true), e)
end
for _, f in ipairs{function() return 1 % 0 end, function() return id(1) % id(0) end, function() return id(min) % 0 end} do
  local ok, e = pcall(f)
  assert(not ok and e:find("'n%%0'"), e)
end
-- strings become numbers in arithmetic
assert("10" + 5 == 15 and "0x10" * 1 == 16 and " 3 " - 1 == 2 and "1e1" / 2 == 5 and -"2" == -2 and "7" // 2 == 3 and "7" % "4" == 3 and "2" ^ 2 == 4 and 10 .. 20 == "1020")
for _, s in ipairs{"", " ", "x", "1x", "0x", "1 2", "--1", "1e", "nan", "inf", "1_0", "0b1", "１"} do
  local ok, e = pcall(function() return s + 1 end) -- lint: ignore E0019
  assert(not ok and e:find("attempt to perform arithmetic on a string value", 1, true), e)
end
