-- Messages name the place and the variable.
local function message(f, ...) local ok, e = pcall(f, ...) assert(not ok) return tostring(e) end
local function says(text, f, ...) local e = message(f, ...) assert(e:find(text, 1, true), e .. " does not say " .. text) end
local t = {}
local up
says("attempt to index a nil value (local 'x')", function() local x x.y = 1 end) -- lint: ignore E0023
says("attempt to index a nil value (upvalue 'up')", function() return up.y end) -- lint: ignore E0023
says("attempt to index a nil value (global 'undefined_global')", function() return undefined_global.y end) -- lint: ignore E0001
says("attempt to index a nil value (field 'a')", function() return t.a.b end) -- lint: ignore E0004
says("attempt to call a nil value (global 'undefined_global')", function() undefined_global() end) -- lint: ignore E0001
says("attempt to call a nil value (local 'x')", function() local x x() end) -- lint: ignore E0002
says("attempt to call a nil value (field 'f')", function() t.f() end) -- lint: ignore E0004
says("attempt to call a nil value (method 'm')", function() t:m() end) -- lint: ignore E0022
says("attempt to call a table value", function() local x = {} x() end) -- lint: ignore E0002
says("attempt to perform arithmetic on a nil value (local 'x')", function() local x return x + 1 end) -- lint: ignore E0019
says("attempt to perform arithmetic on a nil value (field 'n')", function() return t.n * 2 end) -- lint: ignore E0004
says("attempt to perform arithmetic on a table value", function() return {} + 1 end) -- lint: ignore E0019
says("attempt to concatenate a nil value (local 'x')", function() local x return "a" .. x end) -- lint: ignore E0019
says("attempt to concatenate a table value (local 'x')", function() local x = {} return x .. "a" end) -- lint: ignore E0019
says("attempt to get length of a nil value (local 'x')", function() local x return #x end) -- lint: ignore E0019
says("attempt to get length of a number value", function() return #5 end) -- lint: ignore E0019
says("attempt to compare number with nil", function() return 1 < nil end) -- lint: ignore E0019
says("attempt to compare two nil values", function() return nil < nil end) -- lint: ignore E0019
says("bad argument #1 to 'next' (table expected, got nil)", function() next(nil) end) -- lint: ignore E0000
says("bad argument #1 to 'floor' (number expected, got string)", function() math.floor("x") end) -- lint: ignore E0000
says("bad argument #2 to 'rep' (number expected, got no value)", function() string.rep("x") end) -- lint: ignore E0003
-- positions: chunk name and line
local e = message(function()
  local x
  return x.y -- lint: ignore E0023
end)
assert(e:match("^.-:(%d+): ") == "30", e)
e = message(function() error("here") end)
assert(e:match(":(%d+): here$") == "33", e)
e = message(function() error("plain", 0) end)
assert(e == "plain")
local function thrower() error("caller", 2) end
e = message(function()
  thrower()
end)
assert(e:match(":(%d+): caller$") == "39", e)
-- raised values keep their identity
local obj = {}
local ok, got = pcall(error, obj)
assert(not ok and got == obj)
ok, got = pcall(error)
assert(not ok and got == nil)
ok, got = pcall(error, 42)
assert(not ok and (got == 42 or got == "42"))
ok, got = pcall(error, setmetatable({}, {__tostring = function() return "text" end}))
assert(tostring(got) == "text")
