-- What stands behind an effect runs in each process.
require("io").write("")
local list = {}
for i = 1, 32000 do list[i] = { i } end
return function() return #list end
