-- Settings of the shop.
-- lint: ignore-file W0002

shop = {}
local rates = require("rates") -- lint: ignore E0024, W0006 comes with the next version
-- lint: ignore W0004
local first = 1
local second = 2 -- lint: ignore W0005
local text = "-- lint: ignore W0004"

return {} -- lint: ignore W4000
