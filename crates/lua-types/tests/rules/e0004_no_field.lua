-- E0004: fields that do not exist.
local point = { x = 1, y = 2 }
print(point.x + point.y)
print(point.z) --! E0004
local sum = point.x + point.w --! E0004

type User = { name: string, age?: integer }
local function show(user: User): string
    print(user.nick) --! E0004
    print(user.age)
    return user.name
end
show({ name = "a" })

type Circle = { kind: "circle", radius: number }
type Rect = { kind: "rect", width: number }
local function f(shape: Circle | Rect)
    print(shape.kind)
    print(shape.radius) --! E0004
end
f({ kind = "rect", width = 1 })

local M = {}
M.limit = 5
function M.run() return M.limit end
print(M.run(), M.limit)
M.stop() --! E0004
print(M.limits) --! E0004
string.uper("x") --! E0004
print(math.PI) --! E0004
print(("x").length) --! E0004
process.sleep(1) --! E0004
print(errors.MISSING) --! E0004
print(sum)
