-- process: spawning, monitoring; the end of a child with its value or its error.
local role, a = ...
if role == "give" then return {got = a} end
if role == "raise" then error(errors.new{message = "broken", kind = errors.CONFLICT, retryable = true}) end
if role == "text" then error("plain text") end
if role == "fail" then return nil, "second" end
if role == "wait" then
  local m = process.inbox():receive()
  process.send(m:from(), "answer", m:payload():data() + 1)
  return
end
local id, host, events = process.id(), "test:processes", process.events()
local function child(...)
  local pid = assert(process.spawn_monitored(id, host, ...))
  local e = events:receive()
  assert(e.kind == process.event.EXIT and e.from == pid and math.type(e.at) == "integer")
  return e.result
end
assert(child("give", {1, {2}}).value.got[2][1] == 2)
local e = child("raise").error
assert(e:message() == "broken" and e:kind() == "Conflict" and e:retryable() == true) -- lint: ignore E0023
assert(child("text").error:message():find("plain text", 1, true) and child("text").error:message():find("spawn.lua", 1, true) == nil) -- lint: ignore E0023
assert(child("fail").error:message() == "second") -- lint: ignore E0023
local pid = assert(process.spawn(id, host, "wait"))
local answers = process.listen("answer")
assert(process.monitor(pid) and process.send(pid, "question", 41) and answers:receive() == 42)
assert(events:receive().from == pid)
local none, err = process.send(pid, "late", 1)
assert(none == nil and err:message():find("not found", 1, true), tostring(err))
local value
value, err = process.exec(id, host, "give", "x")
assert(value.got == "x" and err == nil)
value, err = process.exec(id, host, "raise")
assert(value == nil and errors.is(err, errors.CONFLICT))
