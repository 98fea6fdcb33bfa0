-- channel.select: entries that are no cases raise, as do sends on closed channels and waits for nothing.
local ch = channel.new()
local function raises(part, ...)
  local ok, message = pcall(channel.select, ...)
  assert(not ok and tostring(message):find(part, 1, true), tostring(message))
end
raises("case 1: case_send or case_receive of a channel expected, got table", {{}})
raises("case 2", {ch:case_receive(), ch})
raises("case 1", {5, default = true})
raises("without a case", {})
raises("table expected") raises("table expected", 5)
ch:close()
raises("select case 1: send on closed channel", {ch:case_send(1)})
raises("select case 1: send on closed channel", {ch:case_send(1), default = true})
-- a sender that waits in a select raises when its channel is closed
local open = channel.new()
coroutine.spawn(function() open:close() end)
raises("select case 1: send on closed channel", {open:case_send(1)})
for _, name in ipairs{"send", "receive", "close", "case_send", "case_receive"} do
  assert(not pcall(ch[name]) and not pcall(ch[name], {}))
end
assert(not pcall(channel.new, "x") and not pcall(channel.new, 1.5) and not pcall(channel.new, {})) -- lint: ignore E0000
-- as many cases as can be looked at in one piece
local one = channel.new(1)
local cases = {}
for i = 1, 10001 do cases[i] = one:case_receive() end
local ok, e = pcall(channel.select, cases)
assert(not ok and tostring(e):find("select of 10001 cases, at most 10000", 1, true), tostring(e))
cases[10001] = nil
one:send("x")
assert(channel.select(cases).value == "x")
