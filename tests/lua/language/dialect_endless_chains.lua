-- Dialect: a table that is its own `__index` or `__newindex`, and a very long chain of them, raise.
local own = setmetatable({}, {})
getmetatable(own).__index = own
getmetatable(own).__newindex = own
local ok, err = pcall(function() return own.x end)
assert(not ok and err:find("chain too long", 1, true), err)
ok, err = pcall(function() own.x = 1 end)
assert(not ok and err:find("chain too long", 1, true), err)
local long = {}
for _ = 1, 5000 do long = setmetatable({}, {__index = long}) end
ok, err = pcall(function() return long.x end) -- lint: ignore E0004
assert(not ok and err:find("chain too long", 1, true), err)
