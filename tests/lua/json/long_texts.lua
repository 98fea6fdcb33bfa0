-- json: strings, keys, numbers and spaces of any length, within values of any shape.
-- modules: json
local json = require("json")
local function same(text, value)
  local got = assert(json.encode(value))
  assert(got == text, #got .. " bytes, not " .. #text)
end
local plain, odd = string.rep("k", 20000), string.rep('a"\n<ä\\\u{1f600}', 3000)
local odd_json = '"' .. string.rep([[a\"\n\u003cä\\]] .. "\u{1f600}", 3000) .. '"'
-- a string alone, in lists, as a key, and between short ones
same(odd_json, odd)
same("[1," .. odd_json .. ",[" .. odd_json .. "],2]", {1, odd, {odd}, 2})
same('{"' .. plain .. '":1,"z":' .. odd_json .. "}", {[plain] = 1, z = odd})
same("{" .. odd_json .. ":{" .. odd_json .. ":[" .. odd_json .. "]}}", {[odd] = {[odd] = {odd}}})
for _, text in ipairs{odd, plain, string.rep("\0", 20000), string.rep("\u{2028}x", 9000), string.rep("é", 40001)} do
  local value = assert(json.decode(assert(json.encode{text, {[text] = text}, text .. "!"})))
  assert(value[1] == text and value[2][text] == text and value[3] == text .. "!")
end
-- keys that are alike for long are in order; of equal ones the last counts
local alike, parts = {}, {}
for i = 1, 9 do alike[plain .. i], parts[i] = i, '"' .. plain .. i .. '":' .. i end
alike[plain], parts[0] = 0, '"' .. plain .. '":0'
same("{" .. table.concat(parts, ",", 0, 9) .. "}", alike)
local key = '"' .. string.rep("k", 100000) .. '"'
local twice = assert(json.decode("{" .. key .. ":1," .. key .. ":[2]," .. key .. " : 3 }"))
assert(twice[string.rep("k", 100000)] == 3 and next(twice, next(twice)) == nil)
-- escapes of every kind where a part of the text may end
for cut = 16370, 16390 do
  local text = string.rep("x", cut) .. [[\u00e4\ud83d\ude00\"\/\\\n]] .. "ä\u{1f600}" .. string.rep("y", 20000)
  local got = assert(json.decode('["' .. text .. '"]'))[1]
  assert(got == string.rep("x", cut) .. "ä\u{1f600}\"/\\\nä\u{1f600}" .. string.rep("y", 20000), cut)
  local back = assert(json.encode(got))
  assert(json.decode(back) == got, cut)
  local bytes = string.rep("x", cut) .. "\xff\xc3" .. string.rep("y", 20000)
  assert(json.encode(bytes) == '"' .. string.rep("x", cut) .. "\u{fffd}\u{fffd}" .. string.rep("y", 20000) .. '"')
end
assert(json.decode('"' .. string.rep("\\u0061", 20000) .. '"') == string.rep("a", 20000))
-- spaces anywhere
local gap = string.rep(" \n\t\r", 10000)
local spaced = assert(json.decode(gap .. "{" .. gap .. '"a"' .. gap .. ":" .. gap .. "[" .. gap .. "1" .. gap .. ",2]" .. gap .. "}" .. gap))
assert(spaced.a[1] == 1 and spaced.a[2] == 2)
-- numbers
local zeros = string.rep("0", 30000)
local numbers = assert(json.decode("[1" .. zeros .. "e-30000, 0." .. zeros .. "5e30001, -1e-" .. zeros .. "2, 1.5" .. zeros .. "]"))
assert(numbers[1] == 1.0 and numbers[2] == 5.0 and numbers[3] == -0.01 and numbers[4] == 1.5)
assert(json.decode("9007199254740993." .. zeros) == 9007199254740992.0)
assert(json.decode("9007199254740993." .. zeros .. "1") == 9007199254740994.0)
-- the message of an error
same("[" .. odd_json .. "]", {errors.new(odd)})
-- tables may be nested as deep whatever they hold
local nested = odd
for _ = 1, 128 do nested = {nested} end
same(string.rep("[", 128) .. odd_json .. string.rep("]", 128), nested)
local got, err = json.encode{nested}
assert(got == nil and err:message():find("nested deeper than 128", 1, true))
-- mistakes are placed
local lines = string.rep("x", 20000)
for bad, says in pairs{
  ['"' .. lines] = "EOF while parsing a string at line 3 column 20001",
  ['"' .. lines .. "\n"] = "control character (\\u0000-\\u001F) found while parsing a string at line 3 column 20001",
  ['"' .. lines .. '\\x"'] = "invalid escape at line 3 column 20003",
  ['"' .. lines .. '\\ud800"'] = "lone leading surrogate in hex escape at line 3 column 20007",
  ['"' .. lines .. '\xff"'] = "invalid unicode code point at line 3",
  ["{" .. '"' .. lines .. '" 1}'] = "expected `:` at line 3 column 20004",
  ["1" .. zeros .. "."] = "invalid number at line 3 column 0",
  ["-" .. zeros] = "invalid number at line 3 column 0",
  ["1." .. zeros .. "x"] = "trailing characters at line 3",
  ["1e" .. zeros .. "999"] = "number out of range at line 3",
} do
  for _, pad in ipairs{"\n\n", gap .. "\n"} do
    local value, why = json.decode(pad .. bad)
    assert(value == nil and errors.is(why, errors.INTERNAL), says)
    if pad == "\n\n" then assert(why:message():find(says, 1, true), why:message():sub(1, 200)) end
  end
end
