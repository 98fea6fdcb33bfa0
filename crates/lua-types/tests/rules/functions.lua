-- Functions as values: parameters contravariant, results covariant, trailing ones may be ignored.
local a: (number) -> string = function(n) return "x" .. n end
local b: (number) -> string = function(n: number): number return n end --! E0000
local c: (number) -> string = function(s: string): string return s end --! E0000
local d: (number) -> number = function(n: number | string): integer return 1 end
local e: (number, string) -> number = function(n: number): number return n end
local f: (number) -> number = function(n: number, s: string): number return n end --! E0000
local g: (number) -> number = function(n: number, s: string?): number return n end
local h: () -> number = function(): (number, string) return 1, "a" end
local i: () -> (number, string) = function(): number return 1 end --! E0000
local j: () -> () = function() return 1 end
local k: () -> number = function() return "a" end --! E0000
local l: fun(n: number): string = a
local m: (number) -> string = 5 --! E0000
local n: (...number) -> number = function(...) return select("#", ...) end
n(1, 2, 3)
n(1, "a") --! E0000
a("x") --! E0000
local function each(list: {number}, fn: (number, integer) -> ())
    for index, v in ipairs(list) do fn(v, index) end
end
each({ 1 }, function(v) print(v + 1) end)
each({ 1 }, function(v, index) print(v + index) end)
each({ 1 }, function(v: string) print(v) end) --! E0000
each({ 1 }, print)
table.sort({ 3, 1 }, function(x, y) return x > y end)
print(b, c, d, e, f, g, h, i, j, k, l, m)
