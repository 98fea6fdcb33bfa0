-- Large values are looked at in steps.
type Numbers = {number}
type Rows = {{id: integer, name: string, tags: {string}}}
type Index = {[string]: integer}
local n = 20000
local list, rows, index = {}, {}, {}
for i = 1, n do list[i] = i end
for i = 1, n / 10 do rows[i] = {id = i, name = "n" .. i, tags = {"a", "b"}} end
for i = 1, n do index["k" .. i] = i end
assert(Numbers(list) == list and Rows(rows) == rows and Index(index) == index)
list[n] = "x"
local ok, e = Numbers:check(list)
assert(not ok and e:message() == "[20000]: expected number, got string", e:message()) -- lint: ignore E0023
rows[n / 10].tags[2] = 5
ok, e = Rows:check(rows)
assert(not ok and e:message() == "[2000].tags[2]: expected string, got number", e:message()) -- lint: ignore E0023
index.k777 = 1.5
ok, e = Index:check(index)
assert(not ok and e:message() == "k777: expected integer, got number", e:message()) -- lint: ignore E0023
-- a sparse list, and one with many holes
local sparse = {[1000000] = "x"}
assert(not Numbers:check(sparse))
local holes = {}
for i = 1, n do holes[i] = i end
for i = 2, n - 1 do holes[i] = nil end
assert(Numbers:check(holes))
-- a record of many fields, a union of many members
type Wide = {a1: number, a2: number, a3: number, a4: number, a5: number, a6: number, a7: number, a8: number, a9: number, a10: number}
local wide = {}
for i = 1, 10 do wide["a" .. i] = i end
assert(Wide:check(wide))
wide.a10 = nil
ok, e = Wide:check(wide)
assert(not ok and e:message() == "a10: required field missing")
-- long texts
type Long = string @min_len(10) @pattern("^a+$")
assert(Long:check(("a"):rep(100000)) and not Long:check(("a"):rep(100000) .. "b"))
