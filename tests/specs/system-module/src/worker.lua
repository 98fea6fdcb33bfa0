-- Says what its library says, then waits.
local library = require("library")
local M = {}
function M.main(parent)
  process.send(parent, "ready", library.says)
  process.inbox():receive()
end
return M
