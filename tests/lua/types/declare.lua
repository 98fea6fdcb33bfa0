-- Declared types are values: of the built-in words, of all forms, in blocks, as interfaces.
type Name = string
type Point = {x: number, y: number}
type Maybe = number?
type Names = {string}
type Ages = {[string]: integer}
type Id = string | integer
type Level = "low" | "high" | 3 | true
type Callback = (n: number) -> string
interface Shape
  function area(self): number
end
for _, T in ipairs{Name, Point, Maybe, Names, Ages, Id, Level, Callback, Shape} do
  assert(type(T) == "type")
end
assert(Name("a") == "a" and Maybe(nil) == nil and Maybe(3) == 3)
local p = {x = 1, y = 2, z = 3}
assert(Point(p) == p)
assert(Names{"a", "b"}[2] == "b" and Ages{bob = 7}.bob == 7)
assert(Id("a") == "a" and Id(7) == 7 and Id(7.0) == 7.0)
assert(Level("low") == "low" and Level(3) == 3 and Level(3.0) == 3.0 and Level(true) == true)
assert(Callback(print or tostring) and Shape({}))
assert(not Level:is("middle") and not Id:is(7.5) and not Level:is(false))
-- the words of the language are types where they are called, or asked like a type
assert(string("x") == "x" and number(1) == 1 and integer(3.0) == 3.0 and boolean(false) == false and any({}) and unknown(1) == 1)
assert(table({}) and string:is("x") == "x" and integer:kind() == "integer" and never:kind() == "never")
-- and mean the library everywhere else
assert(string.format("%d", 1) == "1" and string.rep("a", 3) == "aaa" and string.len("ab") == 2 and table.concat{"a", "b"} == "ab")
local s, t = string, table
assert(s.upper("a") == "A" and t.unpack ~= nil or true)
assert(type(string) == "table" and type(table) == "table" and type(number) == "nil" and type(integer) == "nil")
-- a type in a block
do
  type Point = {lat: number}
  assert(Point:is{lat = 1} and not Point:is{x = 1, y = 2})
end
assert(Point:is{x = 1, y = 2})
local function inner()
  type Point = string
  return Point
end
assert(inner()("a") == "a" and inner() == string:kind() == false and tostring(inner()) == "Point")
-- a type of the block is known before it is declared
do
  assert(Later:is(1) and type(Later) == "type")
  local before = Later
  type Later = number
  assert(before == Later)
end
-- types cannot be written
local function raises(text, f, ...)
  local ok, err = pcall(f, ...)
  assert(not ok and tostring(err):find(text, 1, true), tostring(err))
end
raises("types are immutable", function() Point.x = 1 end) -- lint: ignore E0008
raises("types are immutable", function() Point.new = 1 end) -- lint: ignore E0004
assert(getmetatable(Point) == "type" and not pcall(setmetatable, Point, {}))
-- annotations and casts change nothing
local a: Point = {x = "no"} -- lint: ignore E0000
local b = a as Point
local c = (5 :: string) -- lint: ignore E0000
local d = (nil)!
assert(a == b and c == 5 and d == nil)
