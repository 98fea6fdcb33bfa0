-- Dialect: gfind is an old name of gmatch, dump raises, the library cannot be changed.
assert(string.gfind("ab", ".")() == "a")
local ok, e = pcall(string.dump, function() end)
assert(not ok and e:find("unable to dump", 1, true), e)
ok, e = pcall(function() string.trim = tostring end) -- lint: ignore E0004
assert(not ok and e:find("immutable table", 1, true), e)
