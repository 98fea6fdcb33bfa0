-- events: a subscriber gets what fits, in order, its own events too.
-- modules: events
local events = require("events")
local sub = assert(events.subscribe("t1"))
assert(sub:channel() == sub:channel())
for i = 1, 200 do assert(events.send("t1", "tick", "/n/" .. i, {n = i}) == true) end
events.send("t2", "tick", "/other")
for i = 1, 200 do
  local e, ok = sub:channel():receive()
  assert(ok and e.system == "t1" and e.kind == "tick" and e.path == "/n/" .. i and e.data.n == i)
end
events.send("t1", "plain", "/p")
local e = sub:channel():receive()
assert(e.kind == "plain" and e.data == nil)
-- every value arrives as a copy of its own
local shared = {list = {1, {2}}, text = "a\xff", int = 9007199254740993}
events.send("t1", "copy", "/c", shared)
e = sub:channel():receive()
assert(e.data ~= shared and e.data.list[2][1] == 2 and e.data.text == "a\xff" and e.data.int == 9007199254740993)
for _, v in ipairs{1, 1.5, "text", true, false} do
  events.send("t1", "scalar", "/s", v)
  assert(sub:channel():receive().data == v)
end
events.send("t1", "error", "/e", errors.new("NOT_FOUND", "gone"))
assert(errors.is(sub:channel():receive().data, errors.NOT_FOUND))
