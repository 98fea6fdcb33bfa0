local calls = 0
local names = {}

local function name(text)
  names[#names + 1] = text
end
name("first")

return function()
  calls = calls + 1
  return calls, names
end
