-- Details of validation errors: field, expected, got, constraint.
type Address = {city: string, zip: string @pattern("^[0-9]{5}$")}
type Person = {name: string @min_len(2), age: integer @min(0) @max(150), address?: Address, tags: {string}}
local good = {name = "bob", age = 7, tags = {}}
assert(Person:is(good))
local function details(v)
  local value, e = Person:is(v)
  assert(value == nil)
  return e:details(), e:message()
end
local function with(changes)
  local v = {name = "bob", age = 7, tags = {}}
  for k, x in pairs(changes) do v[k] = x end
  return v
end
local d, m = details(with{name = 5})
assert(d.field == "name" and d.got == "number" and d.expected:find("string") and d.constraint == nil, m) -- lint: ignore E0023
d, m = details(with{name = "b"})
assert(d.field == "name" and d.constraint == "min_len" and m == "name: length below minimum 2", m) -- lint: ignore E0023
d, m = details(with{age = -1})
assert(d.field == "age" and d.constraint == "min" and m == "age: value below minimum 0", m) -- lint: ignore E0023
d, m = details(with{age = 151})
assert(d.constraint == "max" and m == "age: value above maximum 150", m) -- lint: ignore E0023
d, m = details(with{address = {city = "x", zip = "12"}})
assert(d.field == "address.zip" and d.constraint == "pattern" and m:find("address.zip: pattern mismatch", 1, true) == 1, m) -- lint: ignore E0023
d, m = details(with{address = {zip = "12345"}})
assert(d.field == "address.city" and d.got == "nil" and d.constraint == "required" and m == "address.city: required field missing", m) -- lint: ignore E0023
d, m = details(with{tags = {"a", 5}})
assert(d.field == "tags[2]" and d.expected == "string" and d.got == "number") -- lint: ignore E0023
d, m = details(5)
assert(d.field == nil and d.expected == "Person" and d.got == "number" and m == "expected Person, got number") -- lint: ignore E0023
d = details(with{tags = print or tostring})
assert(d.got == "function" and d.expected == "{string}") -- lint: ignore E0023
d = details(with{tags = coroutine.create(function() end)})
assert(d.got == "thread") -- lint: ignore E0023
d = details(with{tags = string:is("") and Person})
assert(d.got == "type") -- lint: ignore E0023
d = details(with{tags = errors.new("x")})
assert(d.got == "error") -- lint: ignore E0023
