-- Calls itself DEPTH times, each call inside the one before.
local funcs = require("funcs")

local function main(depth)
    if depth <= 0 then
        return 0
    end
    local below, err = funcs.call("bench:chain", depth - 1)
    if err then
        error(err)
    end
    return below + 1
end

return {main = main}
