-- Strings and numbers: reading, coercion, writing.
for text, value in pairs{["0x10"] = 16, ["1e3"] = 1000.0, [" 12 "] = 12, ["1."] = 1.0, [".5"] = 0.5, ["-0x1p4"] = -16.0, ["0xA.8"] = 10.5,
  ["\t7\n"] = 7, ["1e-2"] = 0.01, ["+5"] = 5, ["0010"] = 10, ["0xffffffffffffffffff"] = -1, ["1E+2"] = 100.0, ["0x.1p4"] = 1.0} do
  local n = tonumber(text)
  assert(n == value and math.type(n) == math.type(value), text)
end
for _, text in ipairs{"", " ", "0x", "1e", "e1", "1 2", "inf", "nan", "1_0", "--1", "- 1", "0x1g", "1..2", "one", "1e1.5", "0b1", "1\0", "١"} do
  assert(tonumber(text) == nil, text)
end
assert(math.type(tonumber("9223372036854775807")) == "integer" and math.type(tonumber("9223372036854775808")) == "float")
assert(tonumber("-9223372036854775808") == math.mininteger and tonumber("1e400") == math.huge)
assert(tonumber("ff", 16) == 255 and tonumber("-Zz", 36) == -1295 and tonumber("8", 8) == nil and tonumber("1010", 2) == 10)
assert(tonumber(" 11 ", 2) == 3 and tonumber("1.0", 10) == nil and tonumber("", 10) == nil and tonumber("7fffffffffffffff", 16) == math.maxinteger)
assert(not pcall(tonumber, "1", 1) and not pcall(tonumber, "1", 37) and not pcall(tonumber, 1, 10) and not pcall(tonumber)) -- lint: ignore E0003
assert(tonumber(nil) == nil and tonumber({}) == nil and tonumber(true) == nil and tonumber(5) == 5)
-- coercion in arithmetic
assert("10" + 5 == 15 and "0x10" * 2 == 32 and "3" ^ 2 == 9.0 and "7" % 4 == 3 and -"2" == -2 and " 3 " - 1 == 2)
assert("1e1" + 0 == 10.0 and math.type("1e1" + 0) == "float" and 10 .. "" == "10")
local ok, e = pcall(function() return "abc" + 1 end) -- lint: ignore E0019
assert(not ok and e:find("attempt to perform arithmetic on a string value", 1, true), e)
-- writing
assert(tostring(12) == "12" and tostring(-0) == "0" and tostring(0.1) == "0.1" and tostring(-1.5) == "-1.5")
assert(tostring(math.mininteger) == "-9223372036854775808" and tostring(1e100) == "1e+100" and tostring(1e-7) == "1e-07")
assert(tostring(1 / 0) == "inf" and tostring(-1 / 0) == "-inf" and tostring(0 / 0):find("nan"))
-- literals
assert(0xff == 255 and 0xA == 10 and 1e2 == 100.0 and .5 == 0.5 and 3. == 3 and 0xffffffffffffffff == -1 and 1e308 * 10 == math.huge)
assert(math.type(9223372036854775808) == "float" and math.type(3) == "integer" and math.type(3.0) == "float" and 0010 == 10)
