-- process: own id and PID; names.
assert(process.id() == "test:process.identity")
local pid = process.pid()
assert(pid:match("^{.+|%x+}$") and pid == process.pid())
assert(process.registry.register("identity-name") == true and process.registry.register("identity-name", pid) == true)
assert(process.registry.lookup("identity-name") == pid)
local none, err = process.registry.lookup("identity-nobody")
assert(none == nil and errors.is(err, errors.NOT_FOUND))
assert(process.send("identity-name", "hello", 1) == true)
local m = process.inbox():receive()
assert(m:topic() == "hello" and m:from() == pid and m:payload():data() == 1)
assert(process.registry.unregister("identity-name") == true and process.registry.lookup("identity-name") == nil)
assert(process.event.CANCEL == "pid.cancel" and process.event.EXIT == "pid.exit" and process.event.LINK_DOWN == "pid.link.down")
assert(type(process.registry.LOCAL) == "number" and process.get_options().trap_links == false)
assert(process.set_options{trap_links = true} == true and process.get_options().trap_links == true)
local ok
ok, err = process.set_options{trap_links = false, nonsense = 1}
assert(ok == false and err:message():find("nonsense", 1, true) and process.get_options().trap_links == true)
