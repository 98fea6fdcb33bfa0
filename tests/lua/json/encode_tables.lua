-- json.encode: arrays, objects, which of them an empty table is, order of keys.
-- modules: json
local json = require("json")
local function is(value, text)
  local got, err = json.encode(value)
  assert(got == text, tostring(got or err) .. " instead of " .. text)
end
is({}, "[]") is({1, "two", false}, '[1,"two",false]') is({{}, {{}}}, "[[],[[]]]")
is({b = 1, a = 2, B = 3, [""] = 4, aa = 5}, '{"":4,"B":3,"a":2,"aa":5,"b":1}')
is({list = {}, map = {k = {}}}, '{"list":[],"map":{"k":[]}}')
local held = {k = 1}
held.k = nil
is(held, "{}")
is(json.decode("{}"), "{}") is(json.decode("[]"), "[]") is(json.decode('{"a":{},"b":[]}'), '{"a":{},"b":[]}')
local list = {}
for i = 1, 300 do list[i] = i end
for i = 300, 2, -1 do list[i] = nil end
is(list, "[1]")
local backwards = {}
for i = 3, 1, -1 do backwards[i] = i end
is(backwards, "[1,2,3]")
is({[1.0] = "a", [2] = "b"}, '["a","b"]')
local shared = {1}
is({shared, shared}, "[[1],[1]]")
is(setmetatable({a = 1}, {__index = {b = 2}}), '{"a":1}')
is({f = print, n = 0 / 0}, '{"f":null,"n":null}')
