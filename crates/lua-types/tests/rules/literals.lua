-- Literal types, integers as numbers, and what a literal is inferred as.
local a: 1 = 1
local b: 1 = 2 --! E0000
local c: "on" | "off" = "on"
local d: "on" | "off" = "maybe" --! E0000
local e: true = true
local f: true = false --! E0000
local g: integer = 1
local h: integer = 1.5 --! E0000
local i: number = 1
local j: number = g
local k: integer = i as integer
local l: integer = 7 // 2
local m: integer = 7 / 2 --! E0000
local n: integer = 2 ^ 2 --! E0000
local o: integer = #"text"
local p: integer = math.floor(1.5)
local q: number = math.huge
c = "off"
c = "none" --! E0000
local function mode(x: "r" | "w") return x end
mode("r")
mode("x") --! E0000
local s: string = c
local function any_text(): string return "on" end
c = any_text() --! E0000
local v: 1 | 2 | 3 = 2
v = 4 --! E0000
local w: -1 | 0 = -1
print(a, b, d, e, f, h, j, k, l, m, n, o, p, q, s, v, w)
