-- system: what runs the processes; a coroutine more is one more, and hosts take a changed width at their next start.
-- modules: system
local system = require("system")
local cores = system.runtime.cpu_count()
assert(math.type(cores) == "integer" and cores >= 1)
assert(system.runtime.max_procs() == cores)
assert(system.runtime.max_procs(1) == cores and system.runtime.max_procs() == 1)
assert(system.runtime.max_procs(cores) == 1 and system.runtime.max_procs(nil) == cores)
for _, bad in ipairs{0, -1} do
  local none, err = system.runtime.max_procs(bad)
  assert(none == nil and err:kind() == errors.INVALID)
end
assert(not pcall(system.runtime.max_procs, "all")) -- lint: ignore E0000
local own = system.memory.stats().process.coroutines -- lint: ignore E0023
local done = channel.new()
for _ = 1, 10 do coroutine.spawn(function() done:receive() end) end
assert(system.memory.stats().process.coroutines == own + 10) -- lint: ignore E0023
assert(math.type(system.runtime.goroutines()) == "integer" and system.runtime.goroutines() >= 1) -- lint: ignore E0019
done:close()
