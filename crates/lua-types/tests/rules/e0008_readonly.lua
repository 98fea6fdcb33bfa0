-- E0008: writes to what is read-only.
type Point = readonly { x: number, y: number }
type User = { readonly id: integer, name: string }

local p: Point = { x = 1, y = 2 }
p.x = 3 --! E0008
print(p.x)

local u: User = { id = 1, name = "a" }
u.name = "b"
u.id = 2 --! E0008

local list: readonly {string} = { "a", "b" }
list[1] = "c" --! E0008
list[#list + 1] = "d" --! E0008
print(list[1])

local map: readonly {[string]: number} = { a = 1 }
map.a = 2 --! E0008
map["b"] = 3 --! E0008
for key, value in pairs(map) do print(key, value) end

math.pi = 3 --! E0008
local changed: Point = { x = p.x + 1, y = p.y }
p = changed
