-- Error objects: construction, methods, constants.
local e = errors.new("plain")
assert(type(e) == "userdata" and e:message() == "plain" and e:kind() == "" and e:retryable() == nil and e:details() == nil and e:cause() == nil and tostring(e) == "plain")
e = errors.new{message = "no user", kind = errors.NOT_FOUND, retryable = false, details = {id = 7, list = {1, 2, {deep = true}}}}
assert(e:message() == "no user" and e:kind() == "NotFound" and e:retryable() == false)
local d = e:details()
assert(d.id == 7 and #d.list == 3 and d.list[3].deep == true) -- lint: ignore E0023
assert(errors.new{message = "x", details = {}}:details() == nil and errors.new{message = "x", retryable = true}:retryable() == true)
-- two texts: a kind and a message
e = errors.new("NOT_FOUND", "gone")
assert(e:kind() == "NotFound" and e:message() == "gone")
assert(errors.new("NotFound", "m"):kind() == "NotFound" and errors.new("UNAUTHORIZED", "m"):kind() == "UNAUTHORIZED" and errors.new("UNKNOWN", "m"):kind() == "")
for name, text in pairs{NOT_FOUND = "NotFound", ALREADY_EXISTS = "AlreadyExists", INVALID = "Invalid", PERMISSION_DENIED = "PermissionDenied",
  UNAVAILABLE = "Unavailable", INTERNAL = "Internal", CANCELED = "Canceled", CONFLICT = "Conflict", TIMEOUT = "Timeout", RATE_LIMITED = "RateLimited", UNKNOWN = ""} do
  assert(errors[name] == text, name)
end
assert(errors.is(e, errors.NOT_FOUND) and errors.is(e, "NOT_FOUND") and not errors.is(e, errors.INVALID) and not errors.is("text", errors.NOT_FOUND) and not errors.is(nil, ""))
assert(errors.is(errors.new("x"), errors.UNKNOWN))
-- bad arguments raise
for _, bad in ipairs{true, {}, {message = 1}, {kind = "x"}, {message = "m", kind = 1}, {message = "m", retryable = "yes"}, {message = "m", details = 5}, {message = "m", details = {f = tostring, g = function() end}}} do
  assert(not pcall(errors.new, bad)) -- lint: ignore E0000
end
assert(not pcall(errors.new) and not pcall(errors.is, e) and not pcall(e.message)) -- lint: ignore E0003
-- identity and equality
assert(e == e and errors.new("a") ~= errors.new("a") and rawequal(e, e))
local t = {[e] = 1}
assert(t[e] == 1)
-- details are bounded, since they go wherever their error goes
local rows = {}
for i = 1, 900 do rows[i] = {i} end
assert(#errors.new{message = "m", details = {rows = rows}}:details().rows == 900) -- lint: ignore E0023
for i = 1, 20000 do rows[i] = i % 2 == 0 and {i} or i end
local fine, refused = pcall(errors.new, {message = "m", details = {rows = rows}})
assert(not fine and tostring(refused):find("'details': too large", 1, true), tostring(refused))
fine, refused = pcall(errors.new, {message = "m", details = {text = string.rep("x", 3000000)}})
assert(not fine and tostring(refused):find("'details': too large", 1, true), tostring(refused))
