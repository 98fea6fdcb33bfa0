local http = require("http")
return function()
  local req, res = http.request(), http.response()
  local value, err = req:body_json()
  if err then
    assert(value == nil and errors.is(err, errors.INVALID), err:kind())
    res:set_status(http.STATUS.BAD_REQUEST)
    assert(res:write("bad json"))
    return
  end
  assert(res:write_json({got = value, list = {}}) == true)
end
