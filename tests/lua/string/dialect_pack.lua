-- Dialect: unpack refuses a zero-ended string without its zero (Lua 5.3 reads on).
local ok, e = pcall(string.unpack, "z", "abc")
assert(not ok and e:find("unfinished string for format 'z'", 1, true), e)
