-- Dialect: yields pass through sort, gsub, table functions and tostring.
local co = coroutine.wrap(function()
  local t = {3, 1, 2}
  table.sort(t, function(a, b) coroutine.yield("cmp") return a < b end)
  return table.concat(t)
end)
local v
repeat v = co() until v ~= "cmp"
assert(v == "123")
-- the main coroutine: running is nil there and a thread elsewhere
assert(coroutine.running() == nil)
coroutine.wrap(function() assert(type(coroutine.running()) == "thread") end)()
