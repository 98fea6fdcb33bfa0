local io = require("io")
local events = process.events()

return function()
  for _, how in ipairs({ "calls", "context", "waits", "one call", "results", "channels", "given back" }) do
    assert(process.spawn_monitored("app:small", "app:host", how))
    local result = events:receive().result
    io.print(how .. ": " .. tostring(result.error and result.error:message() or result.value))
  end
  return 0
end
