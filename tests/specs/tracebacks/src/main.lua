local io, funcs = require("io"), require("funcs")
local events = process.events()
local names = { "library", "object", "tail", "wrapped", "spawned", "resumed", "metamethod", "sorted", "again", "wrap", "returned" }

-- One that fails, one whose caller is told, one that is ended: the log tells of the first. Nothing is printed: the log is written beside it.
local function logged()
  process.spawn_monitored("app:worker", "app:host", "wrapped")
  events:receive()
  assert(select(2, process.exec("app:worker", "app:host", "object")):stack():find("app:lib:8: in M.object", 1, true))
  process.terminate(process.spawn_monitored("app:worker", "app:host", "waiting"))
  assert(tostring(events:receive().result.error) == "terminated")
  error("the command fails")
end

return function(log)
  if log then logged() end
  for _, name in ipairs(names) do
    io.print("process " .. name)
    process.spawn_monitored("app:worker", "app:host", name)
    io.print(events:receive().result.error:stack())
  end
  for _, id in ipairs({ "app:call", "app:state" }) do
    for _, name in ipairs({ "library", "object", "tail", "wrapped" }) do
      io.print(id .. " " .. name)
      local _, err = funcs.call(id, name)
      io.print(err:stack())
    end
  end
  local frames = errors.call_stack(select(2, funcs.call("app:call", "library"))).frames
  io.print("frames: " .. #frames .. ", " .. frames[1].source .. ", " .. frames[1].line .. ", " .. frames[1].name)
  io.print("top level")
  process.spawn_monitored("app:top", "app:host")
  io.print(events:receive().result.error:stack())
  return 0
end
