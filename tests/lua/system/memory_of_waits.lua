-- system.memory: timers and subscriptions count with what the node keeps for them, until they end.
-- modules: events, system, time
local events, system, time = require("events"), require("system"), require("time")
local N = 1000
-- Registers that nobody uses any more keep what they held.
local function wipe() local a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t end
local function alloc()
  wipe()
  system.gc.collect()
  return system.memory.stats().process.alloc -- lint: ignore E0023
end
-- Bytes of one while it waits, and of one that has ended.
local function cost(make, finish)
  local kept = {}
  for i = 1, N do kept[i] = false end
  local before = alloc()
  for i = 1, N do kept[i] = make() end
  local with = alloc() - before
  for i = 1, N do finish(kept[i]) end
  local after = alloc() - before
  return with // N, after // N
end
for name, way in pairs{
  timer = {time.timer, function(t) assert(t:stop()) end, 352},
  ticker = {time.ticker, function(t) assert(t:stop()) end, 352},
  subscription = {function() return assert(events.subscribe("memory.of.waits")) end, function(s) s:close() end, 640},
} do
  local with, after = cost(function() return way[1]("1h") end, way[2])
  assert(with - after >= way[3], name .. ": " .. with .. ", then " .. after)
end
-- One that has fired counts no more.
local timer = time.timer("1h")
local waits = alloc()
timer:reset("1ms")
timer:channel():receive()
assert(waits - alloc() > 300)

-- What waits in the channel of a subscription that has ended counts until it is received.
local text, n = ("x"):rep(1 << 20), 8
local sub, other = assert(events.subscribe("memory.of.waits")), assert(events.subscribe("memory.of.waits"))
local ch = sub:channel()
for _ = 1, n do assert(events.send("memory.of.waits", "k", "p", text)) end
-- Who subscribed later is told later.
for _ = 1, n do other:channel():receive() end
local before = alloc()
sub:close()
local with = alloc()
assert(with - before > n << 20, with - before)
for i = n, 1, -1 do
  local e, ok = ch:receive()
  assert(ok and #e.data == 1 << 20)
  e = nil
  local now = alloc()
  assert(now - before < i + 2 << 20 and now - before > (i - 1 << 20) - 1000, now - before)
end
assert(select(2, ch:receive()) == false and alloc() - before < 4 << 20)
