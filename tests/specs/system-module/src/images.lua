-- Images of a program by generation: who holds an old one after its library has changed.
local io, registry, system = require("io"), require("registry"), require("system")
local pid, inbox = process.pid(), process.inbox()
local function start()
  local worker = assert(process.spawn("app:worker", "app:host", pid))
  return worker, inbox:receive():payload():data()
end
local first
local function show(when)
  io.print(when)
  for _, image in ipairs(assert(system.images())) do
    assert(image.bytes > 0 and image.objects > 0)
    if image.id == "app:worker" then
      first = first or image.generation
      io.print("", image.generation == first and "first" or "later", image.processes, image.current and "current" or "old")
    end
  end
end
return function()
  show("before")
  local one, says = start()
  local two = start()
  show(says)
  local library = assert(registry.get("app:library"))
  library.data.source = "return { says = 'second' }"
  assert(registry.snapshot():changes():update(library):apply())
  show("changed")
  local three, now = start()
  show(now)
  for _, worker in ipairs{one, two} do
    assert(process.monitor(worker))
    process.terminate(worker)
    process.events():receive()
  end
  -- A process is freed after its end is told.
  local gone
  repeat
    gone = true
    for _, image in ipairs(assert(system.images())) do gone = gone and image.generation ~= first end
  until gone
  show("ended")
  process.terminate(three)
end
