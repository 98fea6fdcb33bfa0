-- Arrays and maps: elements, keys, conversions between them and records.
local a: {number} = { 1, 2.5, 3 }
local b: {number} = { 1, "a" } --! E0000
local c: number[] = a
local d: {{string}} = { { "a" }, {} }
local e: {number | string} = a
a[1] = 5
a[#a + 1] = 6
a[1] = "x" --! E0000
a[1] = nil
table.insert(a, 7)
table.insert(a, 1, 8)
table.insert(a, "x") --! E0000
local ints: {integer} = { 1 }
local nums: {number} = ints

local m: {[string]: number} = { a = 1, ["b c"] = 2 }
local n: {[string]: number} = { a = "1" } --! E0000
local o: {[string]: number} = { 1 } --! E0000
m.x = 1
m["y"] = 2
m.z = "3" --! E0000
m.x = nil
local p: {[string]: number | string} = m --! E0000
local q: {[integer]: string} = { "a", "b" }
q[10] = "c"
local words: {string} = { "a" }
local r: {[integer]: string} = words
local s: {[string]: boolean} = { [words[1] or ""] = true }
local rec = { a = 1, b = 2 }
local from_record: {[string]: number} = rec
local mixed = { a = 1, b = "x" }
local from_mixed: {[string]: number} = mixed --! E0000
local counts: {[string]: integer} = {}
for _, w in ipairs(words) do
    counts[w] = (counts[w] or 0) + 1
end
for k, v in pairs(counts) do
    print(k:upper(), v + 1)
end
for i, w in ipairs(words) do
    print(i + 1, w:upper())
end
print(#words, next(m), table.concat(words))
print(b, c, d, e, nums, n, o, p, q, r, s, from_record, from_mixed)
