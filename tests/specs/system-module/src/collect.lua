-- A process collects when it runs next after another has asked for it, however little garbage it has.
local io, system = require("io"), require("system")
local function count() return system.memory.stats().process.num_gc end
return function(role, parent)
  if role == "other" then
    local inbox = process.inbox()
    while true do
      inbox:receive()
      process.send(parent, "answer", count())
    end
  end
  local inbox = process.inbox()
  local other = assert(process.spawn("app:collect", "app:host", "other", process.pid()))
  local function ask()
    process.send(other, "ask", true)
    return inbox:receive():payload():data()
  end
  for _ = 1, 3 do ask() end
  local before = ask()
  io.print(ask() - before, ask() - before)
  local own = count()
  system.gc.collect()
  io.print(count() > own)
  own = count()
  -- It answers before it collects.
  ask()
  local after = ask()
  io.print(after - before, ask() - after)
  io.print(count() - own)
  process.terminate(other)
end
