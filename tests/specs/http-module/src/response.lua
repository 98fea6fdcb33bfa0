local http = require("http")
return function()
  local req, res = http.request(), http.response()
  assert(res:set_status(http.STATUS.OK) == true and res:set_status(http.STATUS.CREATED) == true)
  assert(res:set_header("X-Kind", "test") == true and res:set_content_type("text/csv") == true)
  local function refused(value, err) assert(value == nil and errors.is(err, errors.INVALID), tostring(err)) end
  refused(res:set_status(99)) refused(res:set_status(600)) refused(res:set_status(-1)) refused(res:set_header("bad name", "x")) refused(res:set_header("x", "a\nb"))
  refused(res:set_transfer("carrier pigeon"))
  assert(not pcall(res.set_status, res) and not pcall(res.write, res, {}) and not pcall(res.write_event, res, {name = "x"}) and not pcall(res.write_event, res, {data = 1}))
  local cyclic = {}
  cyclic.me = cyclic
  local none, err = res:write_json(cyclic)
  assert(none == nil and errors.is(err, errors.INTERNAL))
  assert(res:write("a,b\n") == true and res:write("1,2\n") == true and res:flush() == true)
  refused(res:set_status(200)) refused(res:set_header("x", "y"))
  assert(res:write("3,4\n"))
end
