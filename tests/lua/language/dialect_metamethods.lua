-- Dialect: `__pairs`, `__gc`, `__mode` and `__name` mean nothing; xpcall passes no arguments on.
local t = setmetatable({a = 1}, {__pairs = function() error("asked") end, __name = "Mine"})
for k, v in pairs(t) do assert(k == "a" and v == 1) end
assert(tostring(t):find("^table: %d+$"), tostring(t))
local weak = setmetatable({}, {__mode = "kv", __gc = function() error("collected") end})
weak[1], weak[{}] = {}, true
for i = 1, 2000 do weak.x = {i} end
local n = 0
for _ in pairs(weak) do n = n + 1 end
assert(weak[1] and n == 3, tostring(n))
local ok, count = xpcall(function(...) return select("#", ...) end, error, 1, 2)
assert(ok and count == 0)
