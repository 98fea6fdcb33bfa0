local http = require("http")
return function()
  local req = http.request()
  local split = req:param("split")
  local stream = assert(req:stream())
  local stat = stream:stat()
  assert(stat.size == req:content_length() and stat.position == 0 and stat.readable and not stat.writable and not stat.seekable)
  local out = {}
  if split == "read" then
    while true do
      local piece, err = stream:read(4)
      assert(err == nil)
      if not piece then break end
      assert(#piece <= 4)
      out[#out + 1] = piece
    end
    assert(stream:read() == nil and stream:stat().position == req:content_length())
  else
    local scanner = assert(stream:scanner(split))
    while scanner:scan() do out[#out + 1] = scanner:text() end
    assert(scanner:err() == nil and scanner:scan() == false)
  end
  local function refused(kind, value, err) assert(value == nil and errors.is(err, kind), tostring(err)) end
  refused(errors.INVALID, stream:scanner("pages")) refused(errors.INVALID, stream:seek("middle", 0)) refused(errors.INTERNAL, stream:seek("set", 0))
  refused(errors.INTERNAL, stream:write("x")) refused(errors.INVALID, req:body()) refused(errors.INVALID, req:stream())
  assert(stream:flush() == true and stream:close() == true and stream:close() == true)
  refused(errors.INTERNAL, stream:read()) refused(errors.INTERNAL, stream:stat()) refused(errors.INTERNAL, stream:flush()) refused(errors.INTERNAL, stream:write("x"))
  local over = stream:scanner()
  local more, err = over:scan()
  assert(more == false and errors.is(err, errors.INTERNAL) and over:err() == err:message())
  return table.concat(out, "|")
end
