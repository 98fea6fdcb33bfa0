-- json.decode: every shape of value, integers and floats kept apart.
-- modules: json
local json = require("json")
local function is(text, value)
  local got, err = json.decode(text)
  assert(got == value and err == nil and math.type(got) == math.type(value), text .. ": " .. tostring(got or err))
end
is("null", nil) is("true", true) is(" \n\tfalse ", false)
is("0", 0) is("-7", -7) is("1.0", 1.0) is("1e2", 100.0) is("0.1", 0.1) is("-0.0", -0.0)
is("9007199254740993", 9007199254740993) is("9223372036854775807", math.maxinteger)
is("-9223372036854775808", math.mininteger) is("9223372036854775808", 2.0 ^ 63) is("123456789012345678901234567890", 123456789012345678901234567890.0)
is('""', "") is('"a\\u00e9\\ud83d\\ude00\\n\\/"', "aé😀\n/") is('"\\u0000"', "\0")
local list = json.decode('[1, [2, {}], null, "x"]')
assert(list[1] == 1 and list[2][1] == 2 and next(list[2][2]) == nil and list[3] == nil and list[4] == "x")
local map = json.decode('{"a": {"b": [true]}, "n": null, "": 1, "a b": 2}')
assert(map.a.b[1] == true and map.n == nil and map[""] == 1 and map["a b"] == 2)
local twice = json.decode('{"k": 1, "k": 2, "gone": 1, "gone": null}')
assert(twice.k == 2 and twice.gone == nil)
local keys = {}
for k in pairs(json.decode('{"z": 1, "a": 2, "m": 3}')) do keys[#keys + 1] = k end
assert(table.concat(keys) == "zam")
assert(getmetatable(json.decode("{}")) == nil)
