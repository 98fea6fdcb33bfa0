-- Asks for the exit and waits to be stopped.
local system = require("system")
return function(code)
  assert(system.exit(tonumber(code)))
  process.events():receive()
end
