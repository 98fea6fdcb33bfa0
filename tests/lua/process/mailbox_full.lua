-- process.send: a mailbox takes a million messages or 256 MiB; one more is Unavailable and may be tried again later.
local role = ...
if role == "deaf" then while true do end end
local pid = assert(process.spawn(process.id(), "test:processes", "deaf"))
for i = 1, 1000000 do assert(process.send(pid, "t", i)) end
local none, err = process.send(pid, "t", 1)
assert(none == nil and errors.is(err, errors.UNAVAILABLE) and err:retryable() == true)
assert(err:message():find("mailbox is full", 1, true) and err:message():find(pid, 1, true), err:message())
assert(process.terminate(pid))
pid = assert(process.spawn(process.id(), "test:processes", "deaf"))
local text, sent = ("x"):rep(1000000), 0
repeat
  none, err = process.send(pid, "t", text .. sent)
  sent = sent + 1
until not none
assert(errors.is(err, errors.UNAVAILABLE) and err:retryable() == true and sent > 200 and sent < 300, sent)
assert(process.terminate(pid))
