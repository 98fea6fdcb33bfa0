-- typeof(e) in a type is the static type of e.
local point = { x = 1, y = 2 }
local a: typeof(point) = { x = 3, y = 4 }
local b: typeof(point) = { x = 3 } --! E0000
type Point = typeof(point)
local c: Point = { x = 1, y = 1 }
local function make() return { name = "a" } end
local d: typeof(make()) = { name = "b" }
local e: typeof(make()) = { name = 1 } --! E0000
local f: typeof(make) = function() return { name = "a" } end
local g: typeof(point.x) = 5
local h: typeof(point.z) = 5 --! E0004
print(a, b, c, d, e, f, g, h)
