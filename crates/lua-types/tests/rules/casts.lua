-- Casts: `as`, `::` and `!`.
local u: unknown = 1
local a: any = "x"
local n = u as number
print(n + 1)
local s = a :: string
print(s:upper(), (a :: string):upper(), (u as string):upper())
local function get(): string? return "x" end
local o = get()
print((o!):upper(), (o as string):upper())
print(o:upper()) --! E0023
local p: string = get()!
local q: string = get() --! E0000
local r = u as number | string
local t: number | string = r
local v: number = r --! E0000
local w: string = 5 as any
type Point = { x: number }
local x = a as Point
print(x.x + 1)
print(x.y) --! E0004
local y = { x = 1 } as Point
local z = ({} as {number})
z[1] = 2
z[1] = "a" --! E0000
local mode: "on" | "off" = "on" as any
mode = "off"
print(-n as number, n + 1 :: number)
local e: {string} = {} as any
print(p, q, t, v, w, y, e)
