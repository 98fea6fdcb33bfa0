-- create, resume, yield, status, wrap: values in both directions, errors, dead coroutines.
local co = coroutine.create(function(a, b)
  local c = coroutine.yield(a + b)
  local d, e = coroutine.yield(c * 2)
  return d + e, "end"
end)
assert(coroutine.status(co) == "suspended")
local ok, v = coroutine.resume(co, 1, 2)
assert(ok and v == 3)
ok, v = coroutine.resume(co, 10)
assert(ok and v == 20)
local w
ok, v, w = coroutine.resume(co, 3, 4)
assert(ok and v == 7 and w == "end" and coroutine.status(co) == "dead")
ok, v = coroutine.resume(co)
assert(not ok and v == "cannot resume dead coroutine")
-- errors
co = coroutine.create(function() error("boom", 0) end)
ok, v = coroutine.resume(co)
assert(not ok and v == "boom" and coroutine.status(co) == "dead")
local obj = {}
co = coroutine.create(function() error(obj) end)
ok, v = coroutine.resume(co)
assert(not ok and v == obj)
-- status
local outer
outer = coroutine.create(function()
  assert(coroutine.status(outer) == "running")
  local inner = coroutine.create(function() assert(coroutine.status(outer) == "normal") coroutine.yield() end)
  assert(coroutine.resume(inner) and coroutine.status(inner) == "suspended")
  local ok, e = coroutine.resume(outer)
  assert(not ok and e:find("cannot resume non-suspended coroutine", 1, true), e)
end)
assert(coroutine.resume(outer))
-- yields of nothing and of many
co = coroutine.wrap(function(...) local n = select("#", ...) while true do n = select("#", coroutine.yield(n)) end end)
assert(co() == 0 and co(1, nil) == 2 and co(table.unpack({}, 1, 250)) == 250 and co() == 0)
assert(select("#", coroutine.resume(coroutine.create(function() return end))) == 1)
-- wrap raises what was raised
local f = coroutine.wrap(function() error("inside", 0) end)
ok, v = pcall(f)
assert(not ok and v:find("inside", 1, true))
ok, v = pcall(f)
assert(not ok and v:find("cannot resume dead coroutine", 1, true))
assert(not pcall(coroutine.create, 1) and not pcall(coroutine.resume, 1) and not pcall(coroutine.wrap)) -- lint: ignore E0000, E0003
ok, v = pcall(coroutine.status, nil) -- lint: ignore E0000
assert(not ok and v:find("coroutine expected", 1, true) or v:find("bad argument #1", 1, true))
