-- process: an EXIT is never lost; a result for which the mailbox has no room becomes an error that says so, an error loses its end.
local role, top = ...
local made = {
  small = function() return {7} end,
  large = function() return ("x"):rep(20000) end,
  raises = function() error(("é"):rep(20000)) end,
  brief = function() error(errors.new{kind = errors.CONFLICT, message = "brief", retryable = true}) end,
}
local inbox = process.inbox()
if made[role] then
  inbox:receive()
  return made[role]()
end
if role == "later" then
  -- Who watches later is told later, so `top` knows of each end before this.
  for _, pid in ipairs(inbox:receive():payload():data()) do
    assert(process.monitor(pid))
    process.send(pid, "go")
    process.events():receive()
  end
  -- `top` makes room as soon as it gets to run.
  repeat until process.send(top, "all")
  return
end

local me, names, pids = process.pid(), {"small", "large", "raises", "brief"}, {}
for i, name in ipairs(names) do
  pids[i] = assert(process.spawn_monitored(process.id(), "test:processes", name))
end
local later = assert(process.spawn(process.id(), "test:processes", "later", me))
local all = process.listen("all")
process.send(me, "t", ("x"):rep(8000))
for _, size in ipairs{1 << 20, 1 << 14, 2000} do
  local text, sent = ("x"):rep(size), 0
  while process.send(me, "t", text) do sent = sent + 1 assert(sent < 2000) end
end
-- Room for what is brief.
inbox:receive()
process.send(later, "pids", pids)
all:receive()
local by, result = process.events(), {}
for i, name in ipairs(names) do
  local e = by:receive()
  assert(e.kind == process.event.EXIT and e.from == pids[i])
  result[name] = e.result
end
assert(result.small.error == nil and result.small.value[1] == 7)
local e = result.large.error
assert(result.large.value == nil and errors.is(e, errors.UNAVAILABLE) and e:retryable() == false)
assert(e:message():find("^the mailbox has no room for the result of 20%d%d%d bytes$"), e:message())
e = result.raises.error
assert(errors.is(e, errors.INTERNAL) and #e:message() <= 200 and e:message():find("ééé$"), e:message()) -- lint: ignore E0023
e = result.brief.error
assert(errors.is(e, errors.CONFLICT) and e:retryable() == true and e:message():find("brief"), e:message()) -- lint: ignore E0023
