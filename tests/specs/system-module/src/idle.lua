-- A process that waits behind a deep recursion gives back its stack, and then does no more work.
local io, system = require("io"), require("system")
local function down(n)
  if n == 0 then return 0 end
  return 1 + down(n - 1)
end
return function(role, parent)
  if role == "deep" then
    down(100000)
    process.send(parent, "ready", true)
    process.inbox():receive()
    return
  end
  local inbox = process.inbox()
  local deep = assert(process.spawn("app:idle", "app:host", "deep", process.pid()))
  inbox:receive()
  local function look()
    for _, p in ipairs(assert(system.hosts.processes("app:host"))) do if p.pid == deep then return p end end
  end
  local seen
  repeat seen = look() until seen.state == "waiting"
  io.print(seen.stats.stack_in_use < 2000 or seen.stats.stack_in_use, seen.stats.alloc < 20000 or seen.stats.alloc)
  for _ = 1, 100 do look() end
  io.print(look().steps - seen.steps, look().stats.num_gc - seen.stats.num_gc)
  process.terminate(deep)
end
