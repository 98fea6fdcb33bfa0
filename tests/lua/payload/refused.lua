-- payload.new: what cannot leave the process is Invalid and says where it is.
local function refused(value, ...)
  local p, err = payload.new(value)
  assert(p == nil and errors.is(err, errors.INVALID), tostring(err))
  for _, part in ipairs{...} do assert(err:message():find(part, 1, true), err:message()) end
end
refused(print, "function") refused(function() end, "function") refused(coroutine.create(print)) refused(channel.new()) -- lint: ignore E0009
refused({a = {b = {print}}}, "a.b[1]") refused({[1] = 1, k = channel.new()}, "k")
for _, bad in ipairs{"data", "get_format", "unmarshal"} do assert(not pcall(payload.new(1)[bad])) assert(not pcall(payload.new(1)[bad], {})) end
