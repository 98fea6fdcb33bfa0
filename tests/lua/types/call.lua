-- Calling a type: the value, or an error that says what was expected.
local function raises(text, f, ...)
  local ok, err = pcall(f, ...)
  assert(not ok and tostring(err):find(text, 1, true), tostring(err))
end
type Age = integer
type Person = {name: string, age?: Age, address: {city: string, lines: {string}}?}
type Pair<A, B> = {first: A, second: B}
assert(Age(5) == 5)
raises("expected Age, got string", Age, "5")
raises("expected Age, got nil", Age, nil)
raises("expected string, got number", function() return string(5) end)
raises("expected integer, got string", function() return integer("5") end)
raises("expected integer, got number", function() return integer(5.5) end)
raises("expected never, got nil", function() return never(nil) end)
raises("expected boolean, got table", function() return boolean({}) end)
raises("type Age expects at least 1 argument", Age)
raises("type Age validation expects 1 value, got 2", Age, 1, 2)
raises("type Age does not accept mixed type/value arguments", Age, 1, Person)
raises("type Age is not generic", function() return Age(Person) end)
raises("type Pair expects 2 type arguments, got 1", function() return Pair(Age) end)
raises("expected Pair, got table", function() return Pair{first = 1, second = 2} end)
raises("does not accept mixed", function() return Pair(Age, 5) end) -- lint: ignore E0003
-- paths
raises("name: required field missing", Person, {})
raises("name: expected string, got number", Person, {name = 1})
raises("age: expected Age", Person, {name = "a", age = "old"})
raises("address.city: required field missing", Person, {name = "a", address = {lines = {}}})
raises("address.lines[2]: expected string, got boolean", Person, {name = "a", address = {city = "x", lines = {"a", true}}})
type Rows = {{id: integer}}
raises("[2].id: expected integer, got string", Rows, {{id = 1}, {id = "x"}})
type Table = {[string]: number}
raises("good: expected number", Table, {good = "x"})
raises('["not good"]: expected number', Table, {["not good"] = "x"})
raises("[1]: expected string, got number", Table, {5})
type Deep = {a: {b: {[integer]: {c: string}}}}
raises("a.b[7].c: expected string, got number", Deep, {a = {b = {[7] = {c = 1}}}})
-- the place is that of the caller
local ok, err = pcall(function() return Age("x") end)
assert(not ok and err:find("call.lua:%d+: expected Age") or err:find(":%d+: expected Age"), err)
-- values come back as they are
local v = setmetatable({name = "n"}, {__index = {extra = 1}})
assert(Person(v) == v and getmetatable(v).__index.extra == 1)
-- __index is not asked
local w = setmetatable({}, {__index = {name = "n"}})
assert(not Person:is(w))
-- extra arguments of methods are ignored
assert(Age:is(1, 2, 3) == 1) -- lint: ignore E0003
