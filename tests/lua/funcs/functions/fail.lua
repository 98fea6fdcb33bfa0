-- Fails as it is told: by a raised value or by a second result.
local how, kind = ...
if how == "raise text" then error("raised text") end
if how == "raise error" then error(errors.new{message = "raised", kind = kind, retryable = true, details = {n = 1}}) end
if how == "raise table" then error({code = 1}) end
if how == "return text" then return nil, "returned text" end
if how == "return error" then return "dropped", errors.new{message = "returned", kind = kind, retryable = false} end
if how == "return number" then return "kept", 5 end
return false
