-- What -m says is what system says, until it is changed.
local io, system = require("io"), require("system")
return function()
  io.print(system.memory.get_limit() == 64 << 20, system.memory.set_limit(32 << 20) == 64 << 20)
  io.print(system.memory.get_limit() == 32 << 20, system.memory.stats().next_gc == 32 << 20)
end
