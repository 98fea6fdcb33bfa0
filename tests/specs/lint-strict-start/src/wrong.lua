local io = require("io")
local count: number = "three"

return {
  main = function()
    io.print(count, (pcall(require, "jsn")))
  end,
}
