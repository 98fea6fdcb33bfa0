-- system: the processes of a host are listed by thousands, each once, oldest first.
-- modules: system
if ... == "wait" then process.inbox():receive() return end
local system = require("system")
local id, mine = process.id(), {}
for i = 1, 1000 do mine[i] = assert(process.spawn(id, "test:processes", "wait")) end
local at = 1
for _, p in ipairs(assert(system.hosts.processes("test:processes"))) do
  if p.pid == mine[at] then at = at + 1 end
end
assert(at == 1001, at)
for _, pid in ipairs(mine) do process.send(pid, "go", 1) end
