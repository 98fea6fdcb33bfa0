local io = require("io")
local time = require("time")

local function main()
    io.eprint("waits for nothing")
    time.sleep("10m")
end

return { main = main }
