-- W0008: comments that keep nothing quiet; those that do are used.
print(missing) -- lint: ignore E0001
print(missing) --! E0001
local t = { x = 1 }
print(t.y + 1) -- lint: ignore E0004 the field comes with the next version
-- lint: ignore E0004
print(t.z)
print(t.x) -- lint: ignore E0004 --! W0008
print(t.y) -- lint: ignore E0001 --! W0008 E0004
print(t.y, missing) -- lint: ignore E0004, E0001
