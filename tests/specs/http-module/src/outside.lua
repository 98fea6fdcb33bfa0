local http = require("http")
return function()
  local none, err = http.request()
  assert(none == nil and errors.is(err, errors.INTERNAL))
  none, err = http.response()
  assert(none == nil and errors.is(err, errors.INTERNAL))
  return "outside"
end
