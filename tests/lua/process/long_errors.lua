-- process: a text that nobody catches becomes an error of 64 KiB, which stays as it is wherever it goes.
local role = ...
if role == "raises" then error(("x"):rep(1000000)) end
local pid = assert(process.spawn_monitored(process.id(), "test:processes", "raises"))
local event = process.events():receive()
assert(event.from == pid and event.kind == process.event.EXIT)
local text = assert(event.result.error):message()
assert(#text == 65536 and text:find("^[^x]+x+… %(%d+ bytes%)$"), #text)
process.send(process.pid(), "again", event.result.error)
assert(process.inbox():receive():payload():data():message() == text)
