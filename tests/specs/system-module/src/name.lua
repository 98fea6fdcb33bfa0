local io, system = require("io"), require("system")
return function() io.print(system.node.id()) end
