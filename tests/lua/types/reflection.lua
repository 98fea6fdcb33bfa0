-- Types say what they are made of.
type Point = {x: number, y?: string}
type Names = {string}
type Ages = {[string]: integer}
type Maybe = number?
type Id = string | integer
type Both = {a: number} & {b: string}
type Fn = (a: number, b: string) -> boolean
type Several = (x: number) -> (string, number)
type None = () -> ()
type Box<T: number, U> = {value: T, other: U}
type Lit = "a"
interface Shape
  function area(self): number
  function name(self): string
end
assert(Point:kind() == "record" and Names:kind() == "array" and Ages:kind() == "map" and Maybe:kind() == "optional" and Id:kind() == "union")
assert(Both:kind() == "intersection" and Fn:kind() == "function" and Box:kind() == "generic" and Lit:kind() == "string")
type NB = Box<number, string>
assert(NB:kind() == "instantiated" or NB:kind() == "record")
assert(string:kind() == "string" and number:kind() == "number" and integer:kind() == "integer" and boolean:kind() == "boolean")
assert(any:kind() == "any" and unknown:kind() == "unknown" and never:kind() == "never" and table:kind() == "unknown")
-- names
assert(Point:name() == "Point" and Shape:name() == "Shape" and string:name() == nil and Names:elem():name() == nil)
type Users = {Point}
assert(Users:elem():name() == "Point" and Users:elem() == Point)
-- parts
assert(Names:elem():kind() == "string" and Ages:key():kind() == "string" and Ages:val():kind() == "integer" and Maybe:inner():kind() == "number")
assert(Fn:ret():kind() == "boolean" and Several:ret():kind() == "tuple" and None:ret() == nil)
assert(Point:elem() == nil and Point:key() == nil and Point:val() == nil and Point:inner() == nil and Point:ret() == nil and string:elem() == nil)
-- iterators
local function all(iterator)
  local list = {}
  for a, b in iterator do
    list[#list + 1] = b and (tostring(a) .. ":" .. tostring(b)) or tostring(a)
  end
  return table.concat(list, " ")
end
assert(all(Point:fields()) == "x:number y:string", all(Point:fields()))
assert(all(Shape:fields()):find("area:", 1, true) and all(Id:variants()) == "string integer")
assert(all(Fn:params()) == "number string" and all(Several:ret():variants()) == "string number")
assert(all(Box:tparams()) == "T:number U", all(Box:tparams()))
for _, T in ipairs{Names, Maybe, Lit} do
  assert(all(T:fields()) == "" and all(T:variants()) == "" and all(T:params()) == "" and all(T:tparams()) == "")
end
-- fields of records
assert(Point.x:kind() == "number" and Point.y:kind() == "string" and Point.z == nil and Names.x == nil and Point[1] == nil) -- lint: ignore E0018
type Odd = {kind: number, is: string, plain: boolean}
assert(Odd:kind() == "record" and type(Odd.kind) == "function" and Odd.plain:kind() == "boolean")
assert(Point.x(5) == 5 and not Point.x:is("a"))
-- text
local function shows(T, text) assert(tostring(T) == text, tostring(T)) end
shows(Point, "Point")
shows(Shape, "Shape")
shows(Maybe, "Maybe")
type All = {
  a: {string}, b: {[string]: number?}, c: (number | string)?, d: "x" | 1 | true | nil, e: (a: number, ...string) -> (boolean, string),
  f: {g: number, readonly h?: Point}, i: number @min(0) @max(5), j: () -> (), k: {number | string}, l: (() -> number)?, m: readonly {number}, n: Box<number, Point>,
  o: string @pattern("^a"), p: {a: number} & {b: number},
}
shows(All.a, "{string}")
shows(All.b, "{[string]: number?}")
shows(All.c, "(number | string)?")
shows(All.d, '"x" | 1 | true | nil')
shows(All.e, "(number, ...string) -> (boolean, string)")
shows(All.f, "{g: number, readonly h?: Point}")
shows(All.i, "number @min(0) @max(5)")
shows(All.j, "() -> ()")
shows(All.k, "{number | string}")
shows(All.l, "(() -> number)?")
shows(All.m, "readonly {number}")
shows(All.n, "Box<number, Point>")
shows(All.o, 'string @pattern("^a")')
shows(All.p, "{a: number} & {b: number}")
assert(("%s"):format(Point) == "Point")
