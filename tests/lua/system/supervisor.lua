-- system: services and their states.
-- modules: system
local system = require("system")
local state, err = system.supervisor.state("test:processes")
assert(state and err == nil)
assert(state.id == "test:processes" and state.status == "running" and state.desired == "running" and state.retry_count == 0)
assert(math.type(state.last_update) == "integer" and math.abs(state.last_update // 1000000000 - os.time()) < 600)
assert(state.started_at == state.last_update or math.abs(state.started_at - state.last_update) < 1000000000)
assert(state.details == nil)
local all = system.supervisor.states()
local found = 0
for i, one in ipairs(all) do -- lint: ignore E0000
  assert(i == 1 or all[i - 1].id < one.id) -- lint: ignore E0023
  if one.id == "test:processes" then found = found + 1 end
end
assert(found == 1)
local function refused(kind, none, e) assert(none == nil and e:kind() == kind, tostring(e)) end
refused(errors.NOT_FOUND, system.supervisor.state("test:nobody"))
refused(errors.INVALID, system.supervisor.state("no id"))
assert(not pcall(system.supervisor.state) and not pcall(system.supervisor.state, {})) -- lint: ignore E0000, E0003
