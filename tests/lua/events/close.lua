-- events: closing ends a subscription; what waits stays readable; a channel outlives its subscription object.
-- modules: events, time
local events, time = require("events"), require("time")
local sub = events.subscribe("c1")
local mark = events.subscribe("c.mark")
events.send("c1", "one", "/x")
events.send("c.mark", "m", "/x")
mark:channel():receive()
assert(select("#", sub:close()) == 0)
sub:close()
events.send("c1", "two", "/x")
local e, ok = sub:channel():receive()
assert(ok and e.kind == "one")
e, ok = sub:channel():receive()
assert(e == nil and ok == false)
-- closing wakes who waits
local waiting = events.subscribe("c2")
coroutine.spawn(function() waiting:close() end)
e, ok = waiting:channel():receive()
assert(e == nil and ok == false)
-- only the channel is kept
local ch = events.subscribe("c3"):channel()
local garbage = {}
for i = 1, 100000 do garbage[i % 100] = {i} end
events.send("c3", "kept", "/x")
assert(ch:receive().kind == "kept")
-- events do not reach the inbox
local inbox = process.inbox()
events.send("c1", "late", "/x")
assert(channel.select{inbox:case_receive(), time.after("5ms"):case_receive()}.channel ~= inbox)
