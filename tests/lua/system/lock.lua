-- system: a lock has one holder, is not waited for, and is given back by release, by the end and by a kill.
-- modules: system, funcs
local role, name, parent = ...
local system, funcs = require("system"), require("funcs")
if role == "hold" then
  assert(system.lock.acquire(name) == true and system.lock.acquire(name .. "2") == true)
  process.send(parent, "held", name)
  return process.inbox():receive()
end
local name = "test:" .. process.pid()
local function taken(no, err)
  assert(no == false and err:kind() == errors.ALREADY_EXISTS and err:message():find("is held by {", 1, true), tostring(err))
end
assert(system.lock.acquire(name) == true)
taken(system.lock.acquire(name))
assert(system.lock.release(name) == true and system.lock.release(name) == false)
local id, events, held = process.id(), process.events(), process.listen("held")
for _, stop in ipairs{function(pid) process.send(pid, "go", 1) end, process.terminate} do
  local pid = assert(process.spawn_monitored(id, "test:processes", "hold", name, process.pid()))
  held:receive()
  taken(system.lock.acquire(name))
  taken(system.lock.acquire(name .. "2"))
  assert(system.lock.release(name) == false, "somebody else holds it")
  stop(pid)
  assert(events:receive().from == pid)
  assert(system.lock.acquire(name) == true and system.lock.release(name) == true)
  assert(system.lock.acquire(name .. "2") == true and system.lock.release(name .. "2") == true)
end
-- A call holds what it took as long as it runs.
assert(funcs.new():call("test:locker", name) == true)
assert(system.lock.acquire(name) == true and system.lock.release(name) == true)
for _, call in ipairs{system.lock.acquire, system.lock.release} do
  local none, err = call("")
  assert(none == nil and err:kind() == errors.INVALID)
  assert(not pcall(call) and not pcall(call, {})) -- lint: ignore E0000, E0003
end
-- No heap counts them, so there is a bound.
for i = 1, 10000 do assert(system.lock.acquire(name .. i)) end
local none, err = system.lock.acquire(name .. "more")
assert(none == nil and err:kind() == errors.UNAVAILABLE and err:message():find("at most 10000 locks", 1, true), tostring(err))
assert(system.lock.release(name .. 77) and system.lock.acquire(name .. "more"))
none, err = system.lock.acquire(("x"):rep(1025))
assert(none == nil and err:kind() == errors.INVALID and err:message():find("1025 bytes", 1, true), tostring(err))
