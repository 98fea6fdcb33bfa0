-- time.after: a channel that gets the time once and then closes.
-- modules: time
local time = require("time")
local before = time.now()
local ch = assert(time.after("5ms"))
local at, ok = ch:receive()
assert(ok == true and at:sub(before):milliseconds() >= 5 and not at:after(time.now()))
at, ok = ch:receive()
assert(at == nil and ok == false)
-- in a select: whichever comes first
local never = channel.new()
local r = channel.select{never:case_receive(), time.after("1ms"):case_receive()}
assert(r.ok and r.value:year() > 2000)
r = channel.select{time.after("1h"):case_receive(), time.after("1ms"):case_receive()}
assert(r.ok)
for _, bad in ipairs{0, -1, "0s", "soon", 0.5} do
  local none, err = time.after(bad)
  assert(none == nil and errors.is(err, errors.INVALID), tostring(bad))
end
assert(not pcall(time.after) and not pcall(time.after, {})) -- lint: ignore E0000, E0003
-- what nobody waits for does not hold the process
time.after("1h")
