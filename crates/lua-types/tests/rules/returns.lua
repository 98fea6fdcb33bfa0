-- Results: their number, their adjustment, what a call without a value gives.
local function two(): (number, string) return 1, "a" end
local function none(): () print("x") end
local function maybe(): (number, string?) return 1 end

local a, b = two()
local c: number, d: string = two()
local e: string = two() --! E0000
local f: number, g: number = two() --! E0000
local h, i, j = two()
print(a + 1, b:upper(), h, i, j)
local k = none()
print(k + 1) --! E0019
local l: number = none() --! E0000
local list = { two() }
local m: number = (two())
local n, o = (two()), 5
print(o + 1)
local function p(): (number, string) return two() end
local function r(): number return two() end
local function v(): number
    return nil --! E0000
end
local function w(x) if x then return 1, "a" end return nil, nil end
local x, y = w(1)
print(x and x + 1, y and y:upper())
print(x + 1) --! E0019
print(d, c, e, f, g, l, list, m, n, p, r, v, maybe)
