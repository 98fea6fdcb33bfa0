local http = require("http")
return function()
  local req = assert(http.request{max_body = 100, timeout = 5000})
  assert(req:has_body() and req:is_content_type("TEXT/plain") and req:content_type() == "text/plain; charset=utf-8")
  local body, err = req:body()
  if err then
    assert(errors.is(err, errors.INVALID) and err:message():find("100", 1, true), err:message())
    return "too large"
  end
  assert(req:content_length() == #body and req:body() == body)
  local none, why = req:stream()
  assert(none == nil and errors.is(why, errors.INVALID))
  return body
end
