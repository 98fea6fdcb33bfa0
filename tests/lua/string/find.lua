-- string.find: start positions, plain search, captures.
local function eq(a, b, ...) assert(select("#", ...) == 2, select("#", ...)) local x, y = ... assert(x == a and y == b, tostring(x)) end
eq(1, 2, ("abab"):find("ab"))
eq(3, 4, ("abab"):find("ab", 2))
eq(3, 4, ("abab"):find("ab", -2))
eq(1, 2, ("abab"):find("ab", -100))
eq(5, 4, ("abab"):find("", 5))
assert(("abab"):find("", 6) == nil)
assert(("abab"):find("a", 100) == nil)
eq(2, 2, ("a.b"):find(".", 2))
eq(2, 2, ("a.b"):find(".", 1, true))
eq(2, 3, ("a%db"):find("%d", 1, true))
eq(1, 0, (""):find("", 1, true))
eq(1, 0, ("x"):find(""))
assert(("abc"):find("abcd", 1, true) == nil)
eq(1, 3, ("a\0b"):find("a\0b", 1, true))
eq(2, 2, ("a\0b"):find("\0"))
assert(("a"):find("") == 1)
eq(99999, 100000, (("x"):rep(99998) .. "ab"):find("ab", 1, true))
assert(string.find(123, 2) == 2)
local ok, e = pcall(string.find) -- lint: ignore E0003
assert(not ok and e:find("bad argument #1", 1, true) and e:find("string expected, got no value", 1, true))
ok, e = pcall(string.find, "a", {}) -- lint: ignore E0000
assert(not ok and e:find("bad argument #2", 1, true) and e:find("string expected, got table", 1, true))
