-- process.send and listen: reserved topics, unknown destinations, what cannot travel.
local me = process.pid()
local function refused(kind, part, value, err)
  assert(value == nil and errors.is(err, kind), tostring(err) .. " " .. tostring(err and err:kind()))
  assert(err:message():find(part, 1, true), err:message())
end
refused(errors.INVALID, "@", process.send(me, "@pid/inbox", 1)) refused(errors.INVALID, "topic", process.send(me, "", 1))
refused(errors.INVALID, "empty", process.send("", "t")) refused(errors.NOT_FOUND, "refused-nobody", process.send("refused-nobody", "t"))
refused(errors.INVALID, "argument", process.send(me, "t", print)) refused(errors.INVALID, "a.b", process.send(me, "t", {a = {b = channel.new()}}))
refused(errors.INVALID, "@", process.listen("@x")) refused(errors.INVALID, "", process.listen(""))
refused(errors.NOT_FOUND, "test:nobody", process.spawn("test:nobody", "test:processes"))
refused(errors.NOT_FOUND, "test:nohost", process.spawn(process.id(), "test:nohost"))
refused(errors.INVALID, "", process.spawn("", "test:processes"))
refused(errors.INVALID, "argument", process.spawn(process.id(), "test:processes", print))
assert(not pcall(process.send) and not pcall(process.send, me) and not pcall(process.listen) and not pcall(process.unlisten, 5) and not pcall(process.spawn)) -- lint: ignore E0000, E0003
