-- T:is gives value and error, T:check a boolean and the error.
type Person = {name: string, age?: integer}
local v, e = Person:is{name = "a"}
assert(v.name == "a" and e == nil) -- lint: ignore E0023
v, e = Person:is{name = 1}
assert(v == nil and type(e) == "userdata")
assert(e:kind() == "Invalid" and errors.is(e, errors.INVALID) and e:retryable() == false)
assert(e:message() == "name: expected string, got number" and tostring(e) == e:message())
-- values that are false are told by the error
type Maybe = number?
v, e = Maybe:is(nil)
assert(v == nil and e == nil)
v, e = boolean:is(false)
assert(v == false and e == nil)
v, e = boolean:is(nil)
assert(v == nil and e)
-- check is true or false
local ok
ok, e = Maybe:check(nil)
assert(ok == true and e == nil)
ok, e = boolean:check(false)
assert(ok == true and e == nil)
ok, e = Person:check{name = "a", age = 1.5}
assert(ok == false and e:message() == "age: expected integer?, got number" or e:message() == "age: expected integer, got number", e:message()) -- lint: ignore E0023
assert(select("#", Person:is{name = "a"}) == 2 and select("#", Person:check{}) == 2)
-- the methods belong to types
assert(not pcall(Person.is, 5, {}) and not pcall(Person.is)) -- lint: ignore E0000, E0003
assert(Person.is(Person, {name = "a"}).name == "a") -- lint: ignore E0023
