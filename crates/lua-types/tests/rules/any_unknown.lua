-- any opts out of checking; unknown has to be narrowed before it is used as something.
local a: any = 1
local n: number = a
local s: string = a
print(a.x.y, a(), a:m(), a + 1, a .. "x", #a, -a, a < 1)
a = {}
a.field = 1
local list: {any} = { 1, "a", {} }
local text: string = list[2] as string
local function take(x: number) return x end
take(a)

local u: unknown = 1
local v: unknown = a
local w: number = u --! E0000
take(u) --! E0000
local x: any = u
if type(u) == "number" then
    take(u)
end
if type(u) == "string" then
    print(u:upper())
    take(u) --! E0000
end
u = "text"
local function f(y: unknown): string
    return tostring(y)
end
f(1)
f(nil)
local json: any = a.decoded
for k, val in pairs(json) do print(k, val) end
for i, val in ipairs(json.items) do print(i + 1, val.name) end
print(n, s, text, v, w, x)
