local lib = require("lib")
local function setup()
  lib.fail("not ready")
end
setup()
return function() end
