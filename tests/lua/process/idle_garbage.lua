-- process: who chats keeps garbage only as long as it chats; then it is collected without any further message.
-- modules: system, time
local system, time = require("system"), require("time")
local role, top = ...
local inbox = process.inbox()
if role == "echo" then
  while true do
    local m = inbox:receive()
    local garbage = ("x"):rep(2500) .. m:payload():data()
    process.send(top, "echo", #garbage)
  end
end

local pid = assert(process.spawn(process.id(), "test:processes", "echo", process.pid()))
local function held()
  for _, p in ipairs(assert(system.hosts.processes("test:processes"))) do
    if p.pid == pid then return assert(p.stats).alloc end
  end
end
local echoes = process.listen("echo")
local function chat(n)
  for i = 1, n do
    process.send(pid, "say", i)
    assert(echoes:receive() > 2500)
  end
  return assert(held())
end
-- Collected from the start: a text of 2,500 bytes at most is left.
local least = chat(2)
for i = 1, 20 do least = math.min(least, chat(i)) end
-- How much is left behind a chat depends on where its last turn ended.
for i = 1, 3 do
  chat(30 + i)
  while assert(held()) > least + 2500 do time.sleep("20ms") end
end
