-- events: empty texts, bad patterns and data that cannot travel.
-- modules: events
local events = require("events")
local function refused(part, value, err)
  assert(value == nil and errors.is(err, errors.INVALID) and err:message():find(part, 1, true), tostring(err))
end
refused("system", events.subscribe("")) refused("system", events.send("", "k", "/p"))
refused("kind", events.send("s", "", "/p")) refused("path", events.send("s", "k", ""))
refused("parenthesis", events.subscribe("s", "(a")) refused("alone", events.subscribe("a*b"))
refused("function", events.send("s", "k", "/p", print)) refused("x", events.send("s", "k", "/p", {x = channel.new()}))
for n = 0, 2 do
  local args = {"s", "k", "/p"}
  for i = n + 1, 3 do args[i] = nil end
  assert(not pcall(events.send, unpack(args)))
end
assert(not pcall(events.subscribe) and not pcall(events.subscribe, {}) and not pcall(events.subscribe, "s", {})) -- lint: ignore E0000, E0003
local cyclic = {}
cyclic.me = cyclic
local sub = events.subscribe("cyc")
assert(events.send("cyc", "k", "/p", cyclic))
local e = sub:channel():receive() -- lint: ignore E0023
assert(e.data.me == e.data)
assert(not pcall(sub.channel) and not pcall(sub.close, {})) -- lint: ignore E0000, E0003, E0023
