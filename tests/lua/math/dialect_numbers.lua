-- Dialect: whole floats tostring without ".0", other floats tostring the shortest digits that read back.
assert(tostring(3.0) == "3" and tostring(-0.0) == "-0" and 2 ^ 53 .. "" == "9007199254740992" and tostring(1e15) == "1000000000000000")
assert(tostring(1e21) == "1e+21" and tostring(1e20) == "100000000000000000000" and tostring(0.1 + 0.2) == "0.30000000000000004")
assert(tostring(1 / 3) == "0.3333333333333333" and tostring(3.14159265358979) == "3.14159265358979" and tostring(0 / 0) == "nan" and tostring(-(0 / 0)) == "nan")
assert(10 / 2 .. "" == "5" and math.type(10 / 2) == "float")
for _, x in ipairs{0.1, 1e-300, 123456.789, 2 ^ 0.5, 1e300, 5e-324} do assert(tonumber(tostring(x)) == x) end
-- integer division and modulo by zero raise
local ok, e = pcall(function(x) return 1 // x end, 0)
assert(not ok and e:find("attempt to divide by zero", 1, true), e)
ok, e = pcall(function(x) return 1 % x end, 0)
assert(not ok and e:find("attempt to perform 'n%0'", 1, true), e)
-- infinity is infinite, folding changes nothing
assert(math.huge == 1 / 0 and math.type(1 + 2) == "integer" and not pcall(function() return 7 // 0 end))
