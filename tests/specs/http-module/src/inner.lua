local funcs, http = require("funcs"), require("http")
return function()
  assert(http.request())
  return assert(funcs.call("app:outside"))
end
