-- Validators: which there are, and what they stand on.
type Age = integer @min(0) @max(150)
type Name = string @min_len(1) @max_len(50) @pattern("^%a+$")
type Tags = {string} @max_len(10)
type Person = { name: string @min_len(1), age: Age, tags: {string @min_len(1)} }
local a: Age = 5
local b: Age = "x" --! E0000
local c: integer = a
local d: Name = "Ann"
local e: Person = { name = "a", age = 1, tags = {} }
local f: Person = { name = "a", age = "1", tags = {} } --! E0000
local g: Tags = { 1 } --! E0000
print(a + 1, d:upper(), e.age + 1, b, c, f, g)
