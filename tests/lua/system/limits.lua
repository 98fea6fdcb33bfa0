-- system: the limit of memory and the pace of collections can be read and changed; bad values are refused.
-- modules: system
local system = require("system")
local function refused(none, err)
  assert(none == nil and err:kind() == errors.INVALID and err:retryable() ~= true, tostring(err))
end
local limit = system.memory.get_limit()
assert(math.type(limit) == "integer" and (limit == -1 or limit > 0))
assert(system.memory.set_limit(1 << 40) == limit and system.memory.get_limit() == 1 << 40)
assert(system.memory.stats().next_gc == 1 << 40) -- lint: ignore E0023
assert(system.memory.set_limit(-1) == 1 << 40 and system.memory.get_limit() == -1 and system.memory.stats().next_gc == 0) -- lint: ignore E0023
for _, bad in ipairs{0, -2, math.mininteger} do refused(system.memory.set_limit(bad)) end
assert(system.memory.get_limit() == -1 and system.memory.set_limit(limit) == -1 and system.memory.get_limit() == limit)
assert(not pcall(system.memory.set_limit) and not pcall(system.memory.set_limit, "much") and not pcall(system.memory.set_limit, 1.5)) -- lint: ignore E0000, E0003

assert(system.gc.get_percent() == 100 and system.gc.set_percent(400) == 100 and system.gc.get_percent() == 400)
refused(system.gc.set_percent(math.maxinteger))
assert(not pcall(system.gc.set_percent) and not pcall(system.gc.set_percent, {})) -- lint: ignore E0000, E0003
assert(system.gc.set_percent(-5) == 400 and system.gc.get_percent() == -1 and system.gc.set_percent(100) == -1)
