-- events: closing ends a subscription; what waits stays readable; a channel outlives its subscription object.
-- modules: events, time
local events, time = require("events"), require("time")
local sub = events.subscribe("c1")
local mark = events.subscribe("c.mark")
events.send("c1", "one", "/x")
events.send("c.mark", "m", "/x")
mark:channel():receive() -- lint: ignore E0023
assert(select("#", sub:close()) == 0) -- lint: ignore E0023
sub:close() -- lint: ignore E0023
events.send("c1", "two", "/x")
local e, ok = sub:channel():receive() -- lint: ignore E0023
assert(ok and e.kind == "one")
e, ok = sub:channel():receive() -- lint: ignore E0023
assert(e == nil and ok == false)
-- closing wakes who waits
local waiting = events.subscribe("c2")
coroutine.spawn(function() waiting:close() end) -- lint: ignore E0023
e, ok = waiting:channel():receive() -- lint: ignore E0023
assert(e == nil and ok == false)
-- only the channel is kept
local ch = events.subscribe("c3"):channel() -- lint: ignore E0023
local garbage = {}
for i = 1, 100000 do garbage[i % 100] = {i} end
events.send("c3", "kept", "/x")
assert(ch:receive().kind == "kept")
-- events do not reach the inbox
local inbox = process.inbox()
events.send("c1", "late", "/x")
assert(channel.select{inbox:case_receive(), time.after("5ms"):case_receive()}.channel ~= inbox)
