-- Messages: arguments of methods are counted without the object, literals are named, the order of checks is Lua's.
local function says(text, f, ...)
  local ok, e = pcall(f, ...)
  assert(not ok)
  assert(e:gsub("^[^:]*:%d+: ", "") == text, e .. " is not " .. text)
end
says("bad argument #1 to 'rep' (number expected, got boolean)", function() return ("x"):rep(true) end) -- lint: ignore E0000
says("bad argument #2 to 'rep' (number expected, got boolean)", function() return string.rep("x", true) end) -- lint: ignore E0000
says("bad argument #1 to 'rep' (number expected, got table)", function() local s = "x" local r = s:rep({}) return r end) -- lint: ignore E0000
says("calling 'rep' on bad self (string expected, got table)", function() local t = {rep = string.rep} return t:rep(2) end)
says("bad argument #1 to 'rep' (string expected, got table)", function() local t = {rep = string.rep} return t.rep({}, 2) end) -- lint: ignore E0000
-- what a native calls is not called as a method
says("bad argument #2 to 'rep' (number expected, got nil)", function() local t = {pcall = function(_, ...) return pcall(...) end} local _, e = t:pcall(string.rep, "x", nil) error(e, 0) end)
says("attempt to perform arithmetic on a string value (constant 'a')", function() return 1 + "a" end) -- lint: ignore E0019
says("attempt to call a string value (constant 'a')", function() return ("a")() end) -- lint: ignore E0002
-- what is indexed is named, not the key
says("attempt to index a nil value", function() return (nil).name end) -- lint: ignore E0023
says("attempt to index a nil value", function() return (function() end)().name end) -- lint: ignore E0023
says("attempt to index a nil value (field 'inner')", function() local t = {} return t.inner.name end) -- lint: ignore E0004
says("attempt to index a nil value", function() (function() end)().name = 1 end) -- lint: ignore E0023
says("table index is nil", function() local t = {} t[nil] = 1 end) -- lint: ignore E0018
says("table index is NaN", function() local t = {} t[0 / 0] = 1 end)
says("table index is nil", function() return {[nil] = 1} end) -- lint: ignore E0018
says("'for' limit must be a number", function() for i = nil, nil, nil do end end) -- lint: ignore E0000
says("'for' step must be a number", function() for i = nil, 1, {} do end end) -- lint: ignore E0000
says("'for' initial value must be a number", function() for i = nil, 1, 1 do end end) -- lint: ignore E0000
