local io, funcs, system = require("io"), require("funcs"), require("system")

local function fill(pids, count, text)
  for i = 1, count do assert(process.send(pids[i % #pids + 1], "data", text)) end
end

-- Asks until the answer is there: what was sent counts when its receiver has had its turn.
local function ask(wanted)
  for _ = 1, 1000000 do
    local value, err = funcs.call("app:one")
    if err and wanted == "refused" then return err:kind() .. ", " .. tostring(err:retryable()) end
    if value and wanted == "called" then return wanted end
  end
  return "never"
end

local function spawned()
  local pid, err = process.spawn("app:deaf", "app:host")
  if not pid then return err:kind() end
  process.terminate(pid)
  return "spawned"
end

return function()
  local before = system.memory.allocated()
  local deaf = {}
  for i = 1, 500 do deaf[i] = assert(process.spawn("app:deaf", "app:host")) end

  fill({ deaf[1] }, 100, ("x"):rep(300000))
  io.print("large ones: " .. ask("refused"), spawned())
  process.terminate(deaf[1])
  io.print("dropped: " .. ask("called"))

  fill({ deaf[2] }, 100, ("x"):rep(300000))
  io.print("large ones again: " .. ask("refused"), spawned())
  process.send(deaf[2], "go", 100)
  io.print("received: " .. ask("called"))

  -- None of these mailboxes holds much.
  fill({ table.unpack(deaf, 2) }, 15000, ("x"):rep(2000))
  io.print("small ones: " .. ask("refused"), spawned())
  for i = 2, 500 do process.terminate(deaf[i]) end
  io.print("dropped: " .. ask("called"), spawned())
  -- What is left of the dead is freed in slices, while others run.
  local back = false
  for _ = 1, 100000 do
    system.gc.collect()
    back = system.memory.allocated() - before < 1000000
    if back then break end
    funcs.call("app:one")
  end
  io.print("all is back: " .. tostring(back))
  return 0
end
