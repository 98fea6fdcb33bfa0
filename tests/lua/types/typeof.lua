-- typeof as a function, and in types.
assert(typeof(1) == integer:is(1) == false)
local function kind(v) return typeof(v):kind() end
assert(type(typeof(1)) == "type" and kind(1) == "integer" and kind(1.5) == "number" and kind("a") == "string" and kind(true) == "boolean" and kind(nil) == "nil")
assert(tostring(typeof({})) == "table" and kind(print or tostring) == "function" and tostring(typeof(typeof)) == "function")
assert(tostring(typeof(typeof(1))) == "type" and tostring(typeof(coroutine.create(function() end))) == "thread")
assert(tostring(typeof(errors.new("x"))) == "userdata")
assert(not pcall(typeof)) -- lint: ignore E0003
type Int = integer
assert(typeof(5) == Int and typeof("a") ~= Int and ({[typeof(1)] = "int"})[typeof(2)] == "int")
-- in types: what the source says
local count = 5
local name: string = "x"
local config = {port = 8080, host = "localhost", tls = false, ratio = 0.5, tags = {"a", "b"}, mixed = {1, "a"}, nested = {deep = {n = 1}}, cb = function() end, ["label"] = name, empty = {}}
local computed = tostring(5)
type Count = typeof(count)
type Name = typeof(name)
type Config = typeof(config)
type Computed = typeof(computed)
type Missing = typeof(nowhere) -- lint: ignore E0001
type Lit = typeof("text")
type Cast = typeof(config as string) -- lint: ignore E0000
assert(Count:kind() == "integer" and Name:kind() == "string" and Config:kind() == "record" and Computed:kind() == "any" and Missing:kind() == "any")
assert(Lit:kind() == "string" and Cast:kind() == "string")
assert(Config.port:kind() == "integer" and Config.tags:elem():kind() == "string" and Config.nested.deep.n:kind() == "integer" and Config.cb:kind() == "function")
assert(Config.mixed:elem():kind() == "union" and Config.label:kind() == "string" and tostring(Config.empty) == "table")
assert(Config:is(config) and not Config:is{port = "x"})
local ok, e = Config:check{port = 1}
assert(not ok and e:message() == "host: required field missing", e:message()) -- lint: ignore E0023
-- a local that hides another one of the same name is its own
local x = {a = 1}
local x = {b = x}
type X = typeof(x)
assert(X.b.a:kind() == "integer")
local function fn(a: number, b: string): boolean return true end
type Fn = typeof(fn)
assert(Fn:kind() == "function" and Fn:ret():kind() == "boolean")
local typeof = function() return "mine" end
assert(typeof(1) == "mine")
