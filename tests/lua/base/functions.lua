-- Base functions: type, select, raw access, assert, pcall, xpcall, error, tostring.
assert(type(nil) == "nil" and type(1) == "number" and type("") == "string" and type({}) == "table" and type(tostring) == "function" and type(true) == "boolean" and type(coroutine.create(tostring)) == "thread")
assert(not pcall(type)) -- lint: ignore E0003
assert(tostring(nil) == "nil" and tostring(true) == "true" and tostring("x") == "x" and tostring(12) == "12")
assert(tostring({}):find("^table: ") and tostring(tostring):find("^function: ") and tostring(coroutine.create(tostring)):find("^thread: "))
local t = {}
assert(tostring(t) == tostring(t) and tostring({}) ~= tostring({}))
assert(tostring(setmetatable({}, {__tostring = function() return "mine" end})) == "mine")
local ok, e = pcall(tostring, setmetatable({}, {__tostring = function() return {} end}))
assert(not ok and e:find("'__tostring' must return a string", 1, true))
assert(not pcall(tostring)) -- lint: ignore E0003
-- raw access
local mt = {__index = function() return "i" end, __newindex = function() error("no") end, __eq = function() return true end}
local o = setmetatable({}, mt)
assert(o.x == "i" and rawget(o, "x") == nil and rawset(o, "x", 1) == o and o.x == 1 and rawequal(o, o) and not rawequal(o, setmetatable({}, mt)))
assert(rawequal("a", "a") and not rawequal(1, "1") and rawequal(1, 1.0))
assert(getmetatable(o) == mt and getmetatable({}) == nil and setmetatable(o, nil) == o and getmetatable(o) == nil)
assert(not pcall(setmetatable, 1, {}) and not pcall(setmetatable, {}, 1) and not pcall(setmetatable, {})) -- lint: ignore E0000
-- assert
assert(select("#", assert(1, 2, 3)) == 3)
ok, e = pcall(assert, false)
assert(not ok and e == "assertion failed!")
ok, e = pcall(assert, nil, "message")
assert(not ok and e:find("message$"))
assert(not pcall(assert))
-- pcall and xpcall
assert(select("#", pcall(function() return 1, nil, 3 end)) == 4)
ok, e = pcall(error, "x", 0)
assert(not ok and e == "x")
ok, e = pcall(42) -- lint: ignore E0002
assert(not ok and e:find("attempt to call a number value", 1, true))
local a, b, c = xpcall(function() return 1, 2 end, tostring)
assert(a == true and b == 1 and c == 2)
a, b, c = xpcall(function() error("x", 0) end, function(m) return "<" .. m .. ">", "second" end)
assert(a == false and b == "<x>" and c == nil)
a, b = xpcall(function() local x = nil + 1 end, function(m) return (m:gsub("^.-:%d+: ", "")) end) -- lint: ignore E0019
assert(a == false and b:find("arithmetic", 1, true))
a, b = pcall(pcall, error, "e")
assert(a == true and b == false)
-- errors inside handlers and nested protection
ok, e = pcall(function() local ok1, e1 = pcall(error, "in", 0) error(e1 .. "out", 0) end)
assert(e == "inout")
a = xpcall(error, function() error("again") end, "x")
assert(a == false)
