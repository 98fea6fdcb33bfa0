-- E0012: names of types that nobody declared.
local a: Missing = 1 --! E0012
local b: {Missing} = {} --! E0012
local function f(x: Absent): number return 1 end --! E0012
local function g(): Absent? return nil end --! E0012
type A = B | C --! E0012 E0012
type D = { field: Nothing } --! E0012
type Later = { next: Early? }
type Early = { previous: Later? }
local later: Later = { next = nil }
local function h<T>(x: T): T return x end
local i: T = 1 --! E0012
local j = 1 as Unknown --! E0012
interface Shape: Base --! E0012
    function area(): number
end
local l: module.Type = 1 --! E0012
print(a, b, f, g, later, h, i, j, l)
