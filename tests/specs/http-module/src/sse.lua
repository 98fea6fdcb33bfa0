local http = require("http")
return function()
  local res = http.response()
  assert(res:set_transfer(http.TRANSFER.SSE) == true)
  for i = 1, 3 do assert(res:write_event{name = "tick", data = {n = i}} == true) end
  assert(res:write_event{name = "text", data = "a\nb"})
end
