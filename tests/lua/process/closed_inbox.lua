-- process: what comes for a channel that was closed is dropped and takes no room of the mailbox.
local me, text = process.pid(), ("x"):rep(4 << 20)
local sync, events = process.listen("sync"), process.events()
process.inbox():close()
events:close()
for i = 1, 80 do
  assert(process.send(me, "t", text), i)
  assert(process.cancel(me, text), i)
  assert(process.send(me, "sync", i), i)
  assert(sync:receive() == i)
end
