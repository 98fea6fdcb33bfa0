-- json.encode: what has no form in JSON is Internal, not retryable, and says why.
-- modules: json
local json = require("json")
local function refused(value, why)
  local got, err = json.encode(value)
  assert(got == nil and errors.is(err, errors.INTERNAL) and err:retryable() == false, tostring(got))
  assert(err:message():find(why, 1, true), err:message())
end
refused({1, 2, k = 3}, "both text and number keys")
refused({[1] = 1, [3] = 3}, "gaps") refused({[2] = 2}, "gaps") refused({nil, 2}, "gaps")
refused({[0] = 1}, "number key") refused({[-1] = 1}, "number key") refused({[1.5] = 1}, "number key") refused({[true] = 1}, "boolean key")
local cyclic = {}
cyclic.self = cyclic
refused(cyclic, "nested deeper than 128")
local two = {{}}
two[1][1] = two
refused(two, "nested deeper than 128")
local function nested(n)
  local t = {}
  for _ = 2, n do t = {t} end
  return t
end
assert(json.encode(nested(128)) == ("["):rep(128) .. ("]"):rep(128))
refused(nested(129), "nested deeper than 128")
assert(not pcall(json.encode)) -- lint: ignore E0003
-- a table reached on 2^100 ways ends, too
local wide = {}
for _ = 1, 100 do wide = {wide, wide} end
refused(wide, "memory limit")
