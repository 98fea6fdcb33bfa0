-- Calls itself until `left` is zero.
-- modules: funcs
local left = ...
if left == 0 then return "bottom" end
local got, err = require("funcs").call("test:descend", left - 1)
if err then return nil, err end
return got
