-- Fails as it is told: by a raised value or by a second result.
local how, kind = ...
if how == "raise text" then error("raised text") end
if how == "raise error" then error(errors.new{message = "raised", kind = kind, retryable = true, details = {n = 1}}) end
if how == "raise table" then error({code = 1}) end
if how == "return text" then return nil, "returned text" end
if how == "return error" then return "dropped", errors.new{message = "returned", kind = kind, retryable = false} end
if how == "return number" then return "kept", 5 end
if how == "wrap" or how == "raise wrap" then
  local e = errors.new{message = "m", kind = kind, retryable = true, details = {n = 1}}
  for i = 1, 3 do e = errors.wrap(e, "ctx" .. i) end
  if how == "wrap" then return nil, e end
  error(e)
end
if how == "wrap often" then
  local e = errors.new{message = "m", kind = kind}
  for _ = 1, 40 do e = errors.wrap(e, "ctx") end
  return nil, e
end
return false
