-- process: cancel asks, terminate ends, links pull along unless they are trapped.
local role = ...
if role == "polite" then
  local e = process.events():receive()
  return e.kind .. " " .. e.reason
end
if role == "stubborn" then channel.new():receive() process.inbox():receive() return end
if role == "loop" then while true do end end
if role == "broken" then error("broken") end
if role == "idle" then process.inbox():receive() return end
local id, host, events = process.id(), "test:processes", process.events()
local pid = assert(process.spawn_monitored(id, host, "polite"))
assert(process.cancel(pid, "enough") == true)
local e = events:receive()
assert(e.from == pid and e.result.value == "pid.cancel enough")
-- an endless loop is ended too
pid = assert(process.spawn_monitored(id, host, "loop"))
assert(process.terminate(pid) == true)
e = events:receive()
assert(e.from == pid and e.result.error:kind() == "Canceled") -- lint: ignore E0023
-- a deadlock of its own ends a process
pid = assert(process.spawn_monitored(id, host, "stubborn"))
e = events:receive()
assert(e.from == pid and e.result.error:message():find("blocked", 1, true), tostring(e.result.error)) -- lint: ignore E0023
-- trapped links tell of abnormal ends only
process.set_options{trap_links = true}
pid = assert(process.spawn_linked(id, host, "broken"))
e = events:receive()
assert(e.kind == process.event.LINK_DOWN and e.from == pid and e.result.error:message():find("broken", 1, true)) -- lint: ignore E0023
pid = assert(process.spawn_linked_monitored(id, host, "idle"))
process.send(pid, "go")
e = events:receive()
assert(e.kind == process.event.EXIT and e.from == pid)
pid = assert(process.spawn(id, host, "idle"))
assert(process.link(pid) == true and process.unlink(pid) == true and process.monitor(pid) == true and process.unmonitor(pid) == true)
process.terminate(pid)
assert(process.with_context{a = 1}:with_name("ends-named"):spawn(id, host, "idle"))
local named = assert(process.registry.lookup("ends-named"))
assert(process.monitor(named) and process.send("ends-named", "go") and events:receive().from == named)
