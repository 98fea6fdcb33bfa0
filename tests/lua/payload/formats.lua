-- payload.format: the texts of the formats, and what payload.new makes of each value.
assert(payload.format.JSON == "json/plain" and payload.format.YAML == "yaml/plain" and payload.format.STRING == "text/plain")
assert(payload.format.BYTES == "application/octet-stream" and payload.format.MSGPACK == "application/msgpack")
assert(payload.format.LUA == "lua/any" and payload.format.GOLANG == "golang/any" and payload.format.ERROR == "golang/error")
for _, value in ipairs{"text", 1, 1.5, true, false, {1, 2}, {}} do
  local p, err = payload.new(value)
  assert(err == nil and p:get_format() == payload.format.LUA, tostring(value))
end
assert(payload.new(nil):get_format() == payload.format.LUA and payload.new(nil):data() == nil)
assert(payload.new(errors.new("x")):get_format() == payload.format.ERROR)
