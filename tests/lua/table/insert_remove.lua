-- table.insert and table.remove: positions, borders, errors.
local t = {}
table.insert(t, "a") table.insert(t, "c") table.insert(t, 2, "b") table.insert(t, 1, "z") table.insert(t, 5, "end")
assert(table.concat(t, ",") == "z,a,b,c,end")
assert(select("#", table.insert({}, 1)) == 0)
assert(table.remove(t) == "end" and table.remove(t, 1) == "z" and table.remove(t, 2) == "b" and table.concat(t, ",") == "a,c")
assert(table.remove({}) == nil and table.remove({}, 0) == nil and #t == 2)
assert(table.remove(t, 3) == nil and #t == 2)
assert(table.remove({[0] = "x"}, 0) == "x")
local function fails(text, f, ...) local ok, e = pcall(f, ...) assert(not ok and e:find(text, 1, true), tostring(e)) end
fails("wrong number of arguments to 'insert'", table.insert, {})
fails("wrong number of arguments to 'insert'", table.insert, {}, 1, 2, 3)
fails("position out of bounds", table.insert, {1, 2}, 4, 1)
fails("position out of bounds", table.insert, {1, 2}, 0, 1)
fails("position out of bounds", table.remove, {1, 2}, 5)
fails("table expected", table.insert, nil, 1)
fails("table expected, got no value", table.remove)
fails("number expected", table.insert, {1}, "x", 2)
local q = {}
for i = 1, 1000 do table.insert(q, 1, i) end
for i = 1, 1000 do assert(table.remove(q) == i) end
assert(#q == 0 and next(q) == nil)
for i = 1, 100 do table.insert(q, i) end
for i = 1, 100 do assert(table.remove(q, 1) == i) end
assert(next(q) == nil)
