-- Dialect: text in arithmetic is the number that it spells, an integer if it spells one (Lua 5.3 makes a float of it, 5.4 does not).
assert(math.type("10" + 5) == "integer" and "10" + 5 == 15)
assert(math.type("10" + "5") == "integer" and math.type("10" - 1) == "integer" and math.type("3" * "4") == "integer")
assert(math.type(-"2") == "integer" and math.type("7" // 2) == "integer" and math.type("7" % "4") == "integer")
assert(math.type("0x10" + 0) == "integer" and "0x10" + 0 == 16 and math.type(" 10 " + 1) == "integer")
assert(math.type("10" / 5) == "float" and math.type("2" ^ 2) == "float")
assert(math.type("10.0" + 5) == "float" and math.type("1e1" + 5) == "float" and math.type("10" + 5.0) == "float")
assert("9223372036854775807" + 1 == math.mininteger and math.type("9223372036854775808" + 0) == "float")
