-- Calls itself, so many levels deep.
-- modules: funcs
local depth = ...
if depth == 0 then return 0 end
return assert(require("funcs").call("test:nested", depth - 1)) + 1
