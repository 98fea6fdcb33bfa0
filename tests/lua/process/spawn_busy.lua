-- process: a child runs while its parent goes on without waiting, be it one child, the last of several, or one that spawns.
local role, name = ...
local id, host = process.id(), "test:processes"
if role == "register" then
  assert(process.registry.register(name))
  process.inbox():receive()
  return
end
if role == "spawn" then
  assert(process.spawn(id, host, "register", name))
  -- It waits for nobody before it ends.
  return
end

local function appears(what)
  local pid
  repeat pid = process.registry.lookup(what) until pid
  assert(process.send(pid, "end"))
end

assert(process.spawn(id, host, "register", "busy-one"))
appears("busy-one")
for i = 1, 20 do
  assert(process.spawn(id, host, "register", "busy-" .. i))
end
for i = 20, 1, -1 do
  appears("busy-" .. i)
end
assert(process.spawn(id, host, "spawn", "busy-grandchild"))
appears("busy-grandchild")

-- A child that is killed before it ran, and one that ends before its parent asks for its end.
local events = process.events()
local pid = assert(process.spawn_monitored(id, host, "register", "busy-never"))
assert(process.terminate(pid))
local e = events:receive()
assert(e.from == pid and e.result.error:message() == "terminated", e.result.error) -- lint: ignore E0023
assert(process.registry.lookup("busy-never") == nil)
