-- json.encode and decode of long texts: in steps, with the same results and errors as of short ones.
-- modules: json
local json = require("json")
local list, map, keys = {}, {}, {}
for i = 1, 20000 do
  list[i] = {i, i / 2, "text " .. i, {ok = i % 2 == 0}}
  map["k" .. i], keys[i] = i, "k" .. i
end
local text = assert(json.encode{list = list, map = map, empty = {}, none = json.decode("{}")})
local back = assert(json.decode(text))
assert(#back.list == 20000 and back.list[777][3] == "text 777" and back.list[3][2] == 1.5 and back.list[4][4].ok == true)
assert(back.map.k1 == 1 and back.map.k20000 == 20000)
assert(json.encode(back) == text, "a round trip gives the same text")
assert(text:find('"empty":[]', 1, true) and text:find('"none":{}', 1, true))
table.sort(keys)
local pairs_of = {}
for i, key in ipairs(keys) do pairs_of[i] = '"' .. key .. '":' .. map[key] end
assert(json.encode(map) == "{" .. table.concat(pairs_of, ",") .. "}", "keys are sorted")
-- strings: escapes, long ones, what is no UTF-8
local long = string.rep("äö<\n\"x\\ ", 30000)
assert(json.decode(json.encode{long, long})[2] == long) -- lint: ignore E0000
assert(json.encode(string.rep("\xff", 100000)) == '"' .. string.rep("\u{fffd}", 100000) .. '"')
local pad = string.rep(" ", 70000)
local odd = json.decode(pad .. [[["\u00e4\ud83d\ude00\/\b", "", "\n", "a\tb\\", -0, -12, 1e3, 12345678901234567890, true, false, null, {"a\u0041": {}}]
]] .. pad)
assert(odd[1] == "ä\u{1f600}/\b" and odd[2] == "" and odd[3] == "\n" and odd[4] == "a\tb\\")
assert(1 / odd[5] == -math.huge and odd[6] == -12 and odd[7] == 1000.0 and math.type(odd[8]) == "float")
assert(odd[9] == true and odd[10] == false and odd[11] == nil and next(odd[12]) == "aA")
-- errors
local function refused(value, why)
  local got, err = json.encode(value)
  assert(got == nil and errors.is(err, errors.INTERNAL) and err:message():find(why, 1, true), err and err:message())
end
list[20001] = {1, a = 2} refused(list, "both text and number keys")
list[20001] = {[3] = 1} refused(list, "an array with gaps")
list[20001] = {[1.5] = 1} refused(list, "a number key has no form")
list[20001] = list refused(list, "nested deeper than 128")
for _, bad in ipairs{"{", "[1,]", '{"a":}', "{a:1}", "'x'", "nul", "01", "1.", "+1", "NaN", '"', '"\\x"', '"\\ud800"', "[1] 2", "{}{}", "\xff", '"\xff"', '"\t"', "1e999", "]", "[1}", '{"a" 1}'} do
  local got, err = json.decode(pad .. "\n" .. bad)
  assert(got == nil and errors.is(err, errors.INTERNAL), bad)
  assert(err:message():find("line 2 column", 1, true), err:message())
end
local nested = string.rep("[", 200) .. string.rep("]", 200)
assert(select(2, json.decode(pad .. nested)):message():find("recursion", 1, true)) -- lint: ignore E0023
assert(json.decode(pad .. string.rep("[", 127) .. string.rep("]", 127)))
