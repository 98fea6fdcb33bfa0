-- json.decode: empty texts and other values are Invalid, malformed texts Internal with their place.
-- modules: json
local json = require("json")
local function refused(kind, why, ...)
  local got, err = json.decode(...)
  assert(got == nil and errors.is(err, kind) and err:retryable() == false, tostring(got or err))
  assert(err:message():find(why, 1, true), err:message())
end
refused(errors.INVALID, "empty", "") refused(errors.INVALID, "empty", " \n ")
for _, other in ipairs{5, true, {}, print} do refused(errors.INVALID, "text expected, got " .. type(other), other) end
refused(errors.INVALID, "got nil", nil)
for _, text in ipairs{"{", "[1,]", "{\"a\":}", "{a:1}", "'x'", "nul", "01", "1.", "+1", "NaN", "\"", "\"\\x\"", "\"\\ud800\"", "[1] 2", "{}{}", "\xff", "\"\xff\"", "\"\t\""} do
  refused(errors.INTERNAL, "line 1", text)
end
refused(errors.INTERNAL, "line 2 column", "{\n \"a\": tru}")
refused(errors.INTERNAL, "recursion", ("["):rep(200) .. ("]"):rep(200))
assert(json.decode(("["):rep(127) .. ("]"):rep(127)))
assert(not pcall(json.decode)) -- lint: ignore E0003
