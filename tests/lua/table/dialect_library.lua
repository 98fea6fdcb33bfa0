-- Dialect: create, freeze, isfrozen, getn, maxn and the global unpack.
local t = table.create(100, 10)
assert(#t == 0 and next(t) == nil)
t[1], t.x = 1, 2
assert(#t == 1 and not pcall(table.create, -1) and not pcall(table.create, 1, -1) and not pcall(table.create)) -- lint: ignore E0003
assert(table.freeze(t) == t and table.isfrozen(t) and not table.isfrozen({}))
for _, f in ipairs{
  function() t[1] = 5 end, function() t.new = 1 end, function() rawset(t, 1, 2) end, function() table.insert(t, 1) end,
  function() table.remove(t) end, function() table.sort(t) table.sort(table.freeze{2, 1}) end, function() setmetatable(t, {}) end,
  function() table.move({1}, 1, 1, 1, t) end, function() string.format = nil end, function() math.pi = 3 end, function() table.x = 1 end, -- lint: ignore E0004, E0008
} do
  local ok, e = pcall(f)
  assert(not ok and tostring(e):find("immutable table", 1, true), e)
end
assert(t[1] == 1 and t.x == 2)
assert(table.getn{1, 2, 3} == 3 and table.maxn{[1] = 1, [10] = 1, [2.5] = 1, x = 1} == 10 and table.maxn{} == 0)
assert(select("#", unpack({1, 2, 3})) == 3)
-- the arrays that sort and concat read may have metatables that are not asked
local ok, e = pcall(table.create, 1 << 40)
assert(not ok and tostring(e):find("too", 1, true), e)
