-- Several results as arguments, in tables and in returns.
local function pair(): (string, integer) return "a", 1 end
local function take(s: string, n: integer) return s, n end
take(pair())
local function swap(a, b) return b, a end
local x, y = swap(1, "a")
print(x, y)
local t = { pair(), pair() }
print(#t)
local s, n, extra = pair()
print(s:upper(), n + 1, extra)
print(extra + 1) --! E0019
s, n = pair()
local ok, name, count = pcall(pair)
print(ok, name, count)
local first = (pair())
print(first:upper())
print(first + {}) --! E0019
