local x = = 1 -- lint: ignore P0001
local y = "open
return x, y
