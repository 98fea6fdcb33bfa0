local names = require("nammes")
local list = { "日本語", require("lists") }

return function(unused)
  return names, list
end
