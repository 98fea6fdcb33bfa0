-- Without collections garbage stays; it goes when they are back.
local io, system, time = require("io"), require("system"), require("time")
local function garbage()
  time.sleep("1ms")
  local before = system.memory.stats().process
  for _ = 1, 300000 do local _ = {} end
  local after = system.memory.stats().process
  return after.num_gc > before.num_gc, after.heap_objects >= before.heap_objects + 300000
end
return function()
  io.print(garbage())
  io.print(system.gc.set_percent(-1))
  io.print(garbage())
  io.print(system.gc.set_percent(100))
  io.print(garbage())
end
