-- Dialect: calls through pcall, metamethods and library functions may nest as deep as memory allows.
local function nest(n) if n == 0 then return "bottom" end local ok, v = pcall(nest, n - 1) assert(ok, v) return v end
assert(nest(20000) == "bottom")
local mt = {}
mt.__index = function(t, k) if k == 0 then return "end" end return t[k - 1] end
assert(setmetatable({}, mt)[20000] == "end")
local function gs(n) if n == 0 then return "x" end return (("a"):gsub("a", function() return gs(n - 1) end)) end
assert(gs(5000) == "x")
