-- Dialect: what a wrapped coroutine raises is raised as it is (Lua 5.3 puts the caller's place before a text).
local ok, e = pcall(coroutine.wrap(function() error("plain", 0) end))
assert(not ok and e == "plain")
ok, e = pcall(function() coroutine.wrap(function() error("plain", 0) end)() end)
assert(not ok and e == "plain", tostring(e))
