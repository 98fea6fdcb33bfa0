-- tonumber: what is a numeral, in which base, and of which type.
local function int(text, v) local n = tonumber(text) assert(n == v and math.type(n) == "integer", text) end
local function float(text, v) local n = tonumber(text) assert((n == v or v ~= v and n ~= n) and math.type(n) == "float", text) end
int("0", 0) int("-0", 0) int("10", 10) int("  10  ", 10) int("\t\n\v\f\r10\n", 10) int("+5", 5) int("-7", -7) int("0x10", 16) int("-0x10", -16) int("0XfF", 255) int("007", 7)
int("9223372036854775807", math.maxinteger) int("-9223372036854775808", math.mininteger) int("0xffffffffffffffff", -1) int("0x7fffffffffffffff", math.maxinteger) int("0x10000000000000001", 1)
float("9223372036854775808", 2 ^ 63) float("-9223372036854775809", -2 ^ 63) float("1e1", 10) float("1E+2", 100) float("5e-1", 0.5) float(".5", 0.5) float("5.", 5) float("0x.8", 0.5) float("0x1p4", 16) float("0x1P-1", 0.5) float("0xA.8p1", 21)
float("1e308", 1e308) float("1e309", math.huge) float("-1e309", -math.huge) float("1e-400", 0) float("123456789012345678901234567890", 1.2345678901234568e29) float("0.1", 0.1) float("3.14159265358979", 3.14159265358979)
for _, text in ipairs{"", " ", "x", "1x", "x1", "1 2", "--1", "+-1", "- 1", "1e", "1e+", ".", "0x", "0xg", "0x.p1", "1..2", "1.2.3", "e5", "nan", "inf", "-inf", "infinity", "NaN", "1_000", "1,5", "0b1", "1f", "1\0", "\0001", "1e1.5", "0x1p", "1p4", "١"} do
  assert(tonumber(text) == nil, text)
end
-- with a base only digits count
local function base(text, b, v) assert(tonumber(text, b) == v, text .. " " .. b) end
base("10", 2, 2) base("777", 8, 511) base("ff", 16, 255) base("FF", 16, 255) base("zz", 36, 1295) base("-11", 2, -3) base(" 11 ", 10, 11) base("7fffffffffffffff", 16, math.maxinteger) base("ffffffffffffffff", 16, -1)
base("2", 2, nil) base("8", 8, nil) base("g", 16, nil) base("1.5", 10, nil) base("0x10", 16, nil) base("", 10, nil) base("-", 10, nil) base("1 1", 10, nil) base("1e1", 10, nil) base("1e1", 16, 481)
assert(not pcall(tonumber, "1", 1) and not pcall(tonumber, "1", 37) and not pcall(tonumber, 1, 10) and not pcall(tonumber, nil, 10) and not pcall(tonumber, {}, 10) and not pcall(tonumber)) -- lint: ignore E0003
-- other values
assert(tonumber(5) == 5 and math.type(tonumber(5.0)) == "float" and tonumber(nil) == nil and tonumber(true) == nil and tonumber({}) == nil and tonumber(tonumber) == nil)
-- what is written reads back
for _, n in ipairs{0, 1, -1, math.maxinteger, math.mininteger, 255, 1 << 40} do assert(tonumber(tostring(n)) == n and tonumber(("%d"):format(n)) == n and tonumber(("0x%x"):format(n)) == n) end
for _, n in ipairs{0.1, 1 / 3, 1e300, 5e-324, 2 ^ 53, 123.456, 1e-7, math.pi, 1.7976931348623157e308} do assert(tonumber(("%.17g"):format(n)) == n and tonumber(("%a"):format(n)) == n) end
