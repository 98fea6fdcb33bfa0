-- process.monitor, link: their events are never refused, so a process whose mailbox is full cannot ask for more of them.
local role, me = ..., process.pid()
if role == "brief" then return 1 end
local dead = assert(process.spawn_monitored(process.id(), "test:processes", "brief"))
assert(process.events():receive().from == dead)

-- All that fits, down to less than one event.
for _, size in ipairs{1 << 20, 1 << 14, 200, 1} do
  local text, sent = ("x"):rep(size), 0
  while process.send(me, "t", text) do
    sent = sent + 1
    assert(sent < 2000, size)
  end
end
local function refused(done, err)
  assert(not done and errors.is(err, errors.UNAVAILABLE) and err:retryable() == true, err)
  assert(err:message():find("mailbox is full", 1, true) and err:message():find(me, 1, true), err:message())
end
refused(process.monitor(dead))
refused(process.spawn_monitored(process.id(), "test:processes", "brief"))
refused(process.spawn_linked(process.id(), "test:processes", "brief"))
-- Nothing is left of what was refused, and nothing came of it.
assert(channel.select({process.events():case_receive()}, true).default)

-- Messages of a listener that ended count on: they are in the inbox.
local ch = process.listen("t")
assert(process.unlisten(ch))
process.listen("other")
refused(process.monitor(dead))
