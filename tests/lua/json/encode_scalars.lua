-- json.encode: nil, booleans, numbers, texts.
-- modules: json
local json = require("json")
local function is(value, text)
  local got, err = json.encode(value)
  assert(got == text and err == nil, tostring(got) .. " instead of " .. text)
end
is(nil, "null") is(true, "true") is(false, "false")
is(0, "0") is(-0, "0") is(3, "3") is(3.0, "3") is(-3.0, "-3") is(0.1, "0.1") is(1.5e300, "1.5e300")
is(2 ^ 53, "9007199254740992")
is(9007199254740993, "9007199254740993") is(9007199254740991, "9007199254740991")
is(math.maxinteger, "9223372036854775807") is(math.mininteger, "-9223372036854775808")
is(0 / 0, "null") is(math.huge, "null") is(-math.huge, "null")
is("", '""') is("a\"\\/\n\t\0\x7f", '"a\\"\\\\/\\n\\t\\u0000\x7f"')
is("<a&b>", '"\\u003ca\\u0026b\\u003e"') is("\u{2028}\u{2029}", '"\\u2028\\u2029"') is("é€😀", '"é€😀"')
is("a\xffb", '"a\u{fffd}b"')
is(print, "null") is(coroutine.create(print), "null") is(channel.new(), "null")
is(errors.new("NOT_FOUND", "gone"), '"gone"')
