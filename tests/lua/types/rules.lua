-- What each form of a type accepts.
local function yes(T, ...) for i = 1, select("#", ...) do local v = select(i, ...); local ok, e = T:check(v); assert(ok, tostring(e)) end end
local function no(T, ...) for i = 1, select("#", ...) do local v = select(i, ...); assert(not T:check(v), tostring(T) .. " takes " .. tostring(v)) end end
local f, co = function() end, coroutine.create(function() end)
type Any = any
type Unknown = unknown
type Never = never
type Number = number
type Integer = integer
type String = string
type Boolean = boolean
type Nil = nil
type Tbl = table
yes(Any, nil, 1, "a", {}, f, co, Any, true)
yes(Unknown, nil, 1, "a", {}, f, co)
no(Never, nil, 1, "a", {}, f)
yes(Number, 1, 1.5, -0.0, 1 / 0, 0 / 0) no(Number, "1", nil, {}, true)
yes(Integer, 1, 3.0, -5, math.maxinteger, 2^53) no(Integer, 1.5, 0 / 0, 1 / 0, "1", 2^80)
yes(String, "", "a") no(String, 1, nil, {})
yes(Boolean, true, false) no(Boolean, nil, 0, "true")
yes(Nil, nil) no(Nil, false, 0)
yes(Tbl, {}, {1}) no(Tbl, "a", f)
type Lit = 1 | 2.5 | "a" | true | nil
yes(Lit, 1, 1.0, 2.5, "a", true, nil) no(Lit, 2, "b", false, 1.5, {})
type Minus = -1
yes(Minus, -1, -1.0) no(Minus, 1)
-- records: other fields are ignored, optional ones may be absent
type Rec = {a: number, b?: string, c: boolean?}
yes(Rec, {a = 1}, {a = 1, b = "x", c = true, d = f}, {1, 2, a = 1}) no(Rec, {}, {a = "x"}, {a = 1, b = 5}, {a = 1, c = 0}, 5, "a", f)
type Empty = {}
yes(Empty, {}, {a = 1}, {1}) no(Empty, 1, nil)
-- arrays: holes are skipped, other keys ignored
type Arr = {number}
yes(Arr, {}, {1, 2, 3}, {1, nil, 3}, {1, x = "a"}, {[0] = "zero", 1}) no(Arr, {"a"}, {1, "a"}, {1, nil, "c"}, 5, "abc")
type Post = string[]
yes(Post, {"a"}) no(Post, {1})
type Matrix = {{number}}
yes(Matrix, {{1, 2}, {}}) no(Matrix, {{1, "a"}}, {1})
-- maps: every key and every value
type Map = {[string]: number}
yes(Map, {}, {a = 1}) no(Map, {1}, {a = "x"}, {a = 1, b = f}, 5)
type Keys = {[string | integer]: any}
yes(Keys, {1, 2, a = 1}) no(Keys, {[1.5] = 1}, {[true] = 1})
type KeyRec = {[{id: number}]: string}
yes(KeyRec, {[{id = 1}] = "a"}) no(KeyRec, {[{id = "x"}] = "a"}, {[{id = 1}] = 2})
-- any function, whatever it takes
type AnyFn = function
yes(AnyFn, f, tostring, string.rep) no(AnyFn, nil, 5, "f", {}, co)
type Handlers = {on: function, off: function?}
yes(Handlers, {on = f}, {on = f, off = tostring}) no(Handlers, {}, {on = "f"}, {on = f, off = 1})
-- functions
type Fn = (a: number, ...string) -> (boolean, string)
type Old = fun(n: number): string
yes(Fn, f, tostring) yes(Old, f) no(Fn, {}, "f", nil, setmetatable({}, {__call = f}))
-- unions, intersections, optional ones
-- an array takes tables without numbers, too
type U = number | {string} | {[string]: U}
yes(U, 1, {}, {"a"}, {a = 1}, {a = {b = {"c"}}}) yes(U, {a = "b"}) no(U, "a", {1}, f)
type I = {a: number} & {b: string}
yes(I, {a = 1, b = "x"}) no(I, {a = 1}, {b = "x"}, 5)
type O = {number}?
yes(O, nil, {1}) no(O, {"a"}, 1)
type OO = number??
yes(OO, nil, 1) no(OO, "a")
type G = (number | string)?
yes(G, nil, 1, "a") no(G, true, {})
type F = {cb: ((n: number) -> string)?, list: {number | string}}
yes(F, {list = {}}, {cb = f, list = {1, "a"}}) no(F, {list = {true}}, {cb = 1, list = {}})
-- interfaces take any table
interface Named
  function name(self): string
end
interface Both: Named
  function age(self): number
end
yes(Named, {}, {1}) no(Named, 1, f) yes(Both, {}) no(Both, nil)
type RO = readonly {a: number}
yes(RO, {a = 1}) no(RO, {a = "x"})
-- operators on types
type P = {x: number, y?: string, z: {boolean}}
type Px = P["x"]
type Py = P["y"]
type Pz = P["z"][number]
yes(Px, 1) no(Px, nil, "a") yes(Py, nil, "a") no(Py, 1) yes(Pz, true) no(Pz, 1)
type K = keyof(P)
yes(K, "x", "y", "z") no(K, "w", 1, nil)
type Cond = integer extends number ? "yes" : "no"
type Cond2 = string extends number ? "yes" : "no"
yes(Cond, "yes") no(Cond, "no") yes(Cond2, "no") no(Cond2, "yes")
-- a name that nobody declares
type Lost = {a: Nowhere} -- lint: ignore E0012
local ok, e = Lost:check{a = 1}
assert(not ok and e:message() == "a: unresolved type Nowhere", e:message()) -- lint: ignore E0023
-- host objects
assert(not Rec:is(errors.new("x")))
