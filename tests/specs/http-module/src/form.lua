local http = require("http")
return function()
  local req = http.request()
  local form, err = req:parse_multipart()
  if err then
    assert(form == nil and errors.is(err, errors.INVALID))
    return "no form"
  end
  assert(form.values.one == "1" and form.values.many[1] == "a" and form.values.many[2] == "b")
  local file = form.files.upload[1]
  assert(#form.files.upload == 1 and file:name() == "notes.txt" and file:size() == 11 and file:header("content-type") == "text/plain" and file:header("x") == nil)
  for _ = 1, 2 do
    local stream = file:stream()
    assert(stream:stat().size == 11)
    local lines, scanner = {}, stream:scanner("lines")
    while scanner:scan() do lines[#lines + 1] = scanner:text() end
    assert(table.concat(lines, ",") == "hello,world")
  end
  return "form"
end
