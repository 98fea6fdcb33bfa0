-- Dialect: a table that is its own `__call` handler raises.
local own = setmetatable({}, {})
getmetatable(own).__call = own
local ok, err = pcall(function() return own() end)
assert(not ok and err:find("__call", 1, true), err)
