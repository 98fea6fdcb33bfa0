-- system: hosts and their processes: who runs what for whom, what it waits for and how large it is.
-- modules: system
local role = ...
local system = require("system")
local function find(pid)
  local list, err = system.hosts.processes("test:processes")
  assert(list and err == nil, tostring(err))
  local last = 0
  for _, p in ipairs(list) do
    assert(p.host == "test:processes" and type(p.source) == "string" and p.pid:find("^{test:processes|"), p.pid)
    if p.pid == pid then return p, #list end
  end
end
if role == "keep" then
  local list = {}
  for i = 1, 50000 do list[i] = {} end
  process.send(select(2, ...), "ready", true)
  process.inbox():receive()
  assert(#list == 50000)
  return
elseif role == "spin" then
  while true do end
end
local id = process.id()
local ready = process.listen("ready")
local keep = assert(process.spawn(id, "test:processes", "keep", process.pid()))
local spin = assert(process.spawn(id, "test:processes", "spin"))
ready:receive()
local p
repeat p = find(keep) until p.state == "waiting" -- lint: ignore E0023
assert(p.source == id and p.parent == process.pid() and p.steps >= 1 and math.type(p.started_at) == "integer") -- lint: ignore E0019
assert(p.stats.heap_objects > 50000 and p.stats.alloc > 50000 * 16 and p.stats.limit == 256 << 20 and p.stats.coroutines == 1) -- lint: ignore E0023
assert(p.stats.mailbox_messages == 0 and p.stats.mailbox_bytes == 0 and p.stats.num_gc >= 0 and p.stats.next_gc > 0 and p.stats.stack_in_use > 0)
assert(math.abs(p.started_at // 1000000000 - os.time()) < 120)
local busy = find(spin)
assert((busy.state == "running" or busy.state == "ready") and busy.stats.alloc > 0 and busy.steps >= 1, busy.state) -- lint: ignore E0019, E0023
local own, count = find(process.pid())
assert(own.state == "running" and own.stats.alloc > 0 and own.actor_id == nil and count >= 3) -- lint: ignore E0023
local hosts, err = system.hosts.list()
assert(err == nil)
local found
for _, host in ipairs(hosts) do if host.id == "test:processes" then found = host end end
assert(found and found.processes >= 3 and found.workers == system.runtime.cpu_count() and found.stolen == 0)
assert(math.type(found.executed) == "integer" and math.type(found.queue_depth) == "integer")
process.terminate(spin)
process.send(keep, "go", true)
local function refused(kind, none, err) assert(none == nil and err:kind() == kind, tostring(err)) end
refused(errors.NOT_FOUND, system.hosts.processes("test:nobody"))
refused(errors.INVALID, system.hosts.processes(id))
refused(errors.INVALID, system.hosts.processes("no id"))
assert(not pcall(system.hosts.processes) and not pcall(system.hosts.processes, {})) -- lint: ignore E0000, E0003
