-- process: an error runs along a chain of a thousand links; who traps them is told, and only once.
local role, left, top = ...
if role == "link" then
  if left > 0 then
    assert(process.spawn_linked(process.id(), "test:processes", "link", left - 1, top))
    process.inbox():receive()
  end
  process.send(top, "bottom")
  error("the last one fails")
end
process.set_options{trap_links = true}
local bottom = process.listen("bottom")
local pid = assert(process.spawn_linked(process.id(), "test:processes", "link", 1000, process.pid()))
bottom:receive()
local e = process.events():receive()
assert(e.kind == process.event.LINK_DOWN and e.from == pid and e.result.error:message() == "linked process failed") -- lint: ignore E0023
assert(channel.select{process.events():case_receive(), default = true}.default)
