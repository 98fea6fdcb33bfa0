-- Coroutines and pcall in one another: where an error goes, who goes on, what a dead one says.
local wrap, yield, create, resume, status = coroutine.wrap, coroutine.yield, coroutine.create, coroutine.resume, coroutine.status
-- an error in a wrapped coroutine inside a protected iterator ends the iterator only
local function numbers(n, fail) return wrap(function() for i = 1, n do if i == fail then error("at " .. i, 0) end yield(i) end end) end
local function sum(n, fail)
  local total = 0
  local ok, e = pcall(function() for i in numbers(n, fail) do total = total + i end end)
  return total, ok, e
end
local total, ok, e = sum(5)
assert(total == 15 and ok)
total, ok, e = sum(5, 4)
assert(total == 6 and not ok and tostring(e):find("at 4", 1, true))
-- protected calls nest through coroutines: each layer catches its own
local function layer(n)
  if n == 0 then error({depth = 0}) end
  local caught
  local ok, e = pcall(wrap(function() return layer(n - 1) end))
  assert(not ok)
  e.depth = e.depth + 1
  error(e)
end
ok, e = pcall(layer, 20)
assert(not ok and e.depth == 20)
-- a yield out of nested protected calls comes back into them
local co = create(function()
  local ok, e = pcall(function()
    local ok, e = pcall(function() local v = yield("first") if v then error(v, 0) end end)
    assert(not ok and e == "inner")
    yield("second")
    error("outer", 0)
  end)
  assert(not ok and e == "outer")
  return "done"
end)
local got = {}
for _, send in ipairs{false, "inner", 1} do got[#got + 1] = select(2, resume(co, send)) end
assert(table.concat(got, " ") == "first second done" and status(co) == "dead")
ok, e = resume(co)
assert(not ok and e == "cannot resume dead coroutine")
-- who resumes himself, his parent, or nobody
co = create(function() return resume(co) end)
local outer_ok, inner_ok, message = resume(co)
assert(outer_ok and not inner_ok and message:find("cannot resume non-suspended coroutine", 1, true))
local parent
parent = create(function() local child = create(function() return resume(parent) end) return select(2, resume(child)), status(child) end)
ok, e = resume(parent)
assert(ok and e == false)
-- errors of every type come through unchanged
for _, v in ipairs{"text", 42, true, {}, print or tostring} do
  ok, e = resume(create(function() error(v, 0) end))
  assert(not ok and e == v)
  ok, e = pcall(wrap(function() error(v, 0) end))
  assert(not ok and (e == v or type(v) == "string"))
end
ok, e = resume(create(function() error(nil) end))
assert(not ok and e == nil)
-- a coroutine that failed keeps what it made, and stays dead
local made
local failing = create(function() made = {} made.x = 1 error("late") end)
assert(not resume(failing) and made.x == 1 and status(failing) == "dead" and not resume(failing))
-- xpcall's handler sees the error inside the coroutine, and its result goes out
co = wrap(function() local _, m = xpcall(function() error("bad", 0) end, function(m) return "handled " .. m end) yield(m) return xpcall(function() return yield("mid") end, tostring) end)
assert(co() == "handled bad" and co() == "mid")
local a, b = co("back")
assert(a == true and b == "back")
-- iterators made of coroutines, one in another, left early
local function pairs_of(n) return wrap(function() for i in numbers(n) do for j in numbers(i) do yield(i, j) end end end) end
local count = 0
for i, j in pairs_of(4) do count = count + 1 assert(j <= i) if i == 4 and j == 2 then break end end
assert(count == 8)
-- many are made and dropped while they rest
for i = 1, 500 do local c = wrap(function() local t = {} for k = 1, 5 do t[k] = k yield(t) end end) assert(#c() == 1 and #c() == 2) end
