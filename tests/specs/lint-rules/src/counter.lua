local json = require("json")
local time = require("time")

local limit = 10

function add(count)
  total = total + 1
end

local function main(count, options)
  local count = count + 1
  for i = 1, 3 do
    if count == count then end
  end
  repeat
    local done = time.now() ~= nil
  until done
end

return { main = main }
