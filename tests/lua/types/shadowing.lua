-- A name means the nearest declaration, local or type.
type Point = {x: number}
assert(type(Point) == "type")
do
  local Point = {new = function() return "new" end}
  assert(type(Point) == "table" and Point.new() == "new")
  do
    type Point = string
    assert(Point("a") == "a") -- lint: ignore E0002
    local function f() return Point end
    assert(tostring(f()) == "Point" and f()("x") == "x") -- lint: ignore E0002
  end
  assert(Point.new() == "new")
end
local function f(Point) return Point end
assert(f(5) == 5)
for Point = 1, 1 do assert(Point == 1) end
for Point in pairs{a = 1} do assert(Point == "a") end
-- a local of the same block hides the type behind its declaration
do
  type Class = {x: number}
  local T = Class
  local Class = {make = function(v) return T(v) end}
  assert(type(Class) == "table" and Class.make{x = 1}.x == 1)
end
-- globals never hide types, and are never touched
Point2 = "global"
do
  type Point2 = number
  assert(type(Point2) == "type")
end
assert(Point2 == "global" and _G.Point == nil and rawget(_G, "Point") == nil)
-- locals named like a word of the language
do
  local string = {rep = function() return "mine" end, is = function() return "is" end}
  assert(string.rep() == "mine" and string:is() == "is")
  local number = function(v) return "called " .. v end
  assert(number(5) == "called 5")
  local integer, boolean = 1, 2
  assert(integer + boolean == 3)
end
local function g(number, any, table) return number + any + table end
assert(g(1, 2, 3) == 6)
-- a declared type named like a word of the language
do
  type number = string
  assert(number("a") == "a" and not number:is(5))
end
assert(number(5) == 5)
-- the library wins in front of its members
assert(string.rep("a", 2) == "aa" and ("x"):rep(2) == "xx" and table.insert and string["is"] == nil) -- lint: ignore E0004
-- goto over a block with types
do
  local n = 0
  ::again::
  type T = number
  n = n + T(1)
  if n < 3 then goto again end
  assert(n == 3)
end
-- words stay names elsewhere
local t = {type = 1, is = 2, kind = 3, number = 4}
assert(t.type + t.is + t.kind + t.number == 10)
local type_ = type
assert(type_(1) == "number" and type(2) == "number")
