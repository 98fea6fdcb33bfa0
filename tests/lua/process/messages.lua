-- process: order of messages, the inbox, listeners, what is kept until somebody asks.
local me = process.pid()
for i = 1, 100 do process.send(me, "early", i) end
process.send(me, "other", "x")
local early = process.listen("early")
assert(early == process.listen("early"))
for i = 1, 100 do assert(early:receive() == i) end
local inbox = process.inbox()
assert(inbox == process.inbox())
local m = inbox:receive()
assert(m:topic() == "other" and m:payload():data() == "x")
-- several values, none, a Message
process.send(me, "early", 1, "two", {3})
local v = early:receive()
assert(v[1] == 1 and v[2] == "two" and v[3][1] == 3)
process.send(me, "early")
local none, ok = early:receive()
assert(none == nil and ok == true)
local full = process.listen("full", {message = true})
process.send(me, "full", {k = 1}, 2)
m = full:receive()
assert(m:topic() == "full" and m:from() == me)
local parts = m:payload()
assert(#parts == 2 and parts[1]:data().k == 1 and parts[2]:data() == 2)
process.send(me, "full")
assert(full:receive():payload() == nil)
-- after unlisten the topic goes to the inbox; the channel is closed
assert(process.unlisten(early) == true and select(2, early:receive()) == false)
process.send(me, "early", "again")
m = inbox:receive()
assert(m:topic() == "early" and m:payload():unmarshal() == "again")
-- values are copies, with their shape
local t = {1}
t.me = t
process.send(me, "copy", t)
local c = inbox:receive():payload():data()
assert(c ~= t and c.me == c and c[1] == 1)
