-- process.cancel: events count against the bounds of a mailbox like messages; without room for one it is Unavailable, and nobody is killed.
local role, me = ..., process.pid()
if role == "deaf" then while true do end end
local reason = ("x"):rep(1 << 20)

local function fill(pid)
  local sent = 0
  while true do
    local done, err = process.cancel(pid, reason)
    if not done then
      assert(errors.is(err, errors.UNAVAILABLE) and err:retryable() == true, err)
      assert(err:message():find("mailbox is full", 1, true) and err:message():find(pid, 1, true), err:message())
      assert(sent > 200 and sent < 256, sent)
      return sent
    end
    sent = sent + 1
    assert(sent < 256, "more than 256 MiB fit")
  end
end

-- One that does not look at its events, and one that looks at nothing.
local pid = assert(process.spawn(process.id(), "test:processes", "deaf"))
fill(pid)
local done, err = process.cancel(pid, reason, 0)
assert(not done and errors.is(err, errors.UNAVAILABLE))
assert(process.cancel(pid, "what is small fits") and process.send(pid, "it lives"))
assert(process.terminate(pid))

local sent = fill(me)
local events = process.events()
assert(not process.cancel(me, reason), "what waits in the channel of events counts, too")
for _ = 1, sent do
  local e = events:receive()
  assert(e.kind == process.event.CANCEL and e.from == me and e.reason == reason)
end
-- The room is given back when the process waits next.
process.send(me, "wait")
process.inbox():receive()
assert(process.cancel(me, reason) and events:receive().reason == reason)
