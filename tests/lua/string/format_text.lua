-- string.format of text: %s, %q, and values with __tostring.
local function eq(want, ...) local got = string.format(...) assert(got == want, ("%q, expected %q"):format(got, want)) end
eq("a b", "%s %s", "a", "b")
eq("   ab|ab   |ab", "%5s|%-5s|%.2s", "ab", "ab", "abc")
eq("nil true 12", "%s %s %s", nil, true, 12)
eq("a\0b", "%s", "a\0b")
eq("[x]", "%s", setmetatable({}, {__tostring = function() return "[x]" end}))
eq("  [x]", "%5s", setmetatable({}, {__tostring = function() return "[x]" end}))
eq('"a\\\n\\0\\"\\\\\\13z\\0009"', "%q", 'a\n\0"\\\rz\0009')
eq("12 0x8000000000000000", "%q %q", 12, math.mininteger)
eq("nil true", "%q %q", nil, true)
eq("0x1p-1", "%q", 0.5)
eq("", "")
eq("%", "%%")
assert(#string.format("%s", ("x"):rep(100000)) == 100000)
assert(#string.format("%99s", "") == 99)
local ok, e = pcall(string.format, "%s")
assert(not ok and e:find("bad argument #2", 1, true) and e:find("no value", 1, true))
ok, e = pcall(string.format, "%q", {})
assert(not ok and e:find("value has no literal form", 1, true))
ok, e = pcall(string.format, "%s", setmetatable({}, {__tostring = function() return {} end}))
assert(not ok and e:find("'__tostring' must return a string", 1, true), e)
-- surplus arguments are ignored
eq("1", "%d", 1, 2, 3)
-- a __tostring may answer with a number
local five = setmetatable({}, {__tostring = function() return 5 end})
assert(string.format("%s", five) == "5" and string.format("%3s", five) == "  5" and tostring(five) == "5")
-- flags may be repeated
assert(string.format("%0005d|%--5d|%++d", 42, 42, 42) == "00042|42   |+42")
