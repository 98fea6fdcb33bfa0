-- Receives nothing but what comes by its own topic, then all the rest.
local system = require("system")
return function()
  local go = process.listen("go")
  while true do
    local n = go:receive()
    local inbox = process.inbox()
    for _ = 1, n do inbox:receive() end
    inbox = nil
    system.gc.collect()
  end
end
