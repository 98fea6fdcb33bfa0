local json = require("json")
local text = require("text")
local names = require("names")

local function main(name)
  if name ~= name or not names.known(name) then
    return text.encode({ error = "unknown" })
  end
  return json.encode({ greeting = "hello, " .. name })
end

return { main = main }
