-- modules: funcs, time
-- Calls itself `depth` levels down; at the bottom it returns, raises, sleeps or spins.
local funcs, time = require("funcs"), require("time")
local depth, bottom = ...
if depth > 0 then
  local value, err = funcs.call("test:nest", depth - 1, bottom)
  if err then return nil, err end
  return value + 1
end
if bottom == "raise" then error(errors.new{message = "at the bottom", kind = errors.CONFLICT}) end
if bottom == "sleep" then time.sleep("1h") end
if bottom == "spin" then while true do end end
return 0
