-- Dialect: functions that the library calls back may yield.
local co = coroutine.wrap(function()
  return (("abc"):gsub(".", function(c) return coroutine.yield(c) end))
end)
assert(co() == "a" and co("1") == "b" and co("2") == "c" and co("3") == "123")

local t = setmetatable({}, {__tostring = function() return coroutine.yield("asked") end})
co = coroutine.wrap(function() return string.format("<%s|%5s>", t, t) end)
assert(co() == "asked" and co("a") == "asked" and co("b") == "<a|    b>")

co = coroutine.wrap(function() return tostring(t) end)
assert(co() == "asked" and co("x") == "x")

local looked = setmetatable({}, {__index = function(_, k) return coroutine.yield(k) end})
co = coroutine.wrap(function() return (("ab"):gsub(".", looked)) end)
assert(co() == "a" and co("1") == "b" and co("2") == "12")
