-- Types in protected calls, coroutines, sort and gsub callbacks, metamethods.
type Age = integer @min(0)
local ok, v = pcall(Age, 5)
assert(ok and v == 5)
local ok, err = pcall(Age, "x")
assert(not ok and err == "expected Age, got string" or err:find("expected Age, got string", 1, true), err)
local ok, err = xpcall(function() return Age(-1) end, function(e) return "handled " .. e end)
assert(not ok and err:find("^handled .*value below minimum"), err)
assert(select("#", pcall(Age.is, Age, 1)) == 3)
assert(not pcall(Age) and not pcall(Age, 1, 2)) -- lint: ignore E0003
-- in coroutines, as their function
local co = coroutine.wrap(function(v)
  while true do v = coroutine.yield(Age(v)) end
end)
assert(co(1) == 1 and co(2) == 2 and not pcall(co, "x"))
local list = {}
local made = coroutine.create(function() return Age:is(7) end)
local ok, v = coroutine.resume(made)
assert(ok and v == 7)
-- many validations in many coroutines
type Big = {number}
local values = {}
for i = 1, 3000 do values[i] = i end
local cos = {}
for i = 1, 10 do cos[i] = coroutine.create(function() coroutine.yield() return Big:check(values) end) end
for i = 1, 10 do coroutine.resume(cos[i]) end
for i = 1, 10 do
  local ok, fine = coroutine.resume(cos[i])
  assert(ok and fine == true)
end
-- as callbacks
local t = {3, 1, 2}
table.sort(t, function(a, b) return Age(a) < Age(b) end)
assert(t[1] == 1 and t[3] == 3)
assert(("a b c"):gsub("%a", function(c) return string(c):upper() end) == "A B C")
local m = setmetatable({}, {__index = function(_, k) return string:is(k) and k .. "!" or nil end})
assert(m.x == "x!" and m[1] == nil)
-- errors in the midst of a validation leave nothing behind
for i = 1, 200 do
  assert(not pcall(Big, {1, 2, "x"})) -- lint: ignore E0000
end
