-- coroutine: resuming what runs, waits or is dead; errors through wrap; yields out of natives that call back.
local function text(part, ok, err) assert(not ok and tostring(err):find(part, 1, true), tostring(err)) end
local me
me = coroutine.wrap(function() return coroutine.resume(coroutine.running()) end) -- lint: ignore E0000
text("non-suspended", me())
local again
again = coroutine.wrap(function() return again() end)
text("non-suspended", pcall(again))
text("dead", pcall(again))
local broken = coroutine.wrap(function() error({1}) end)
local ok, err = pcall(broken)
assert(not ok and err[1] == 1)
for _, f in ipairs{coroutine.create, coroutine.wrap, coroutine.resume, coroutine.status} do
  for _, v in ipairs{5, "x", {}, true} do assert(not pcall(f, v)) end -- lint: ignore E0000
  assert(not pcall(f)) -- lint: ignore E0003
end
local sorting = coroutine.wrap(function()
  local t = {3, 1, 2}
  table.sort(t, function(a, b) coroutine.yield("compare") return a < b end)
  return table.concat(t)
end)
local got
repeat got = sorting() until got ~= "compare"
assert(got == "123")
local replacing = coroutine.wrap(function() return (("abc"):gsub(".", function(c) return coroutine.yield(c) end)) end)
assert(replacing() == "a" and replacing("1") == "b" and replacing("2") == "c" and replacing("3") == "123")
local indexing = coroutine.wrap(function() return setmetatable({}, {__index = function(_, k) return coroutine.yield(k) end}).key end)
assert(indexing() == "key" and indexing("value") == "value")
local printing = coroutine.wrap(function() return tostring(setmetatable({}, {__tostring = function() return coroutine.yield() end})) end)
printing()
assert(printing("shown") == "shown")
local protected = coroutine.wrap(function() return pcall(function() error(coroutine.yield("in"), 0) end) end)
assert(protected() == "in")
text("out", protected("out"))
-- suspended inside of natives and dropped: the collector takes them
for _ = 1, 50 do
  local dropped = coroutine.create(function() pcall(function() table.sort({3, 2, 1}, function(a, b) coroutine.yield() return a < b end) end) end)
  assert(coroutine.resume(dropped))
end
