-- payload: transcode between formats, and what each shows.
local f = payload.format
local function to(value, format)
  local p, err = payload.new(value):transcode(format)
  assert(p, tostring(err))
  assert(p:get_format() == format, p:get_format())
  return p
end
local json = to({b = {1, true}, a = "x"}, f.JSON)
assert(json:data().a == "x" and json:data().b[1] == 1 and json:unmarshal().b[2] == true)
assert(json:transcode(f.STRING):data() == '{"a":"x","b":[1,true]}' or json:transcode(f.STRING):data() == '{"b":[1,true],"a":"x"}') -- lint: ignore E0023
assert(to("text", f.STRING):data() == "text" and to(5, f.STRING):data() == "5" and to(true, f.STRING):data() == "true")
assert(to("a\xff", f.BYTES):data() == "a\xff")
assert(to("hi", f.JSON):data() == "hi" and to(5, f.JSON):data() == 5 and to({}, f.JSON):transcode(f.BYTES):data() == "[]") -- lint: ignore E0023
assert(to({k = {1}}, f.YAML):data().k[1] == 1 and to({k = 1}, f.YAML):transcode(f.BYTES):data() == "k: 1\n") -- lint: ignore E0023
assert(to({k = 1}, f.GOLANG):data().k == 1 and to({k = 1}, f.LUA):data().k == 1 and to(7, f.GOLANG):data() == 7)
assert(json:transcode(f.LUA):get_format() == f.LUA and json:transcode(f.LUA):data().a == "x") -- lint: ignore E0023
local e = to({message = "lost", kind = "NotFound"}, f.ERROR):data()
assert(e:message() == "lost" and errors.is(e, errors.NOT_FOUND))
assert(to("plain", f.ERROR):data():message() == "plain")
assert(to(errors.new("INVALID", "m"), f.JSON):data().message == "m")
-- opened or not makes no difference
local opened = payload.new{n = 1}
opened:data()
assert(opened:transcode(f.JSON):data().n == 1) -- lint: ignore E0023
