-- process.registry: a process has a bounded number of names, and none of them is very long.
local name = "test:" .. process.pid()
for i = 1, 10000 do assert(process.registry.register(name .. i)) end
local none, err = process.registry.register(name .. "more")
assert(none == nil and err:kind() == errors.UNAVAILABLE and err:message():find("at most 10000 names", 1, true), tostring(err))
assert(process.registry.register(name .. 5), "a name that it has")
assert(process.registry.unregister(name .. 77) and process.registry.register(name .. "more"))
none, err = process.registry.register(("x"):rep(1025))
assert(none == nil and err:kind() == errors.INVALID and err:message():find("1025 bytes", 1, true), tostring(err))
