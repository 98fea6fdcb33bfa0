-- Dialect: a value that is called may have a `__call` that is called through its own `__call`.
local call = setmetatable({}, {__call = function(self, ...) return select("#", ...), ... end})
local chain = setmetatable({}, {__call = call})
local n, x, y = chain(5)
assert(n == 2 and x == chain and y == 5)
