-- system.memory: what a process has begun counts to it until it is received; then all is given back.
-- modules: funcs, system, time
local funcs, system, time = require("funcs"), require("system"), require("time")
local MIB = 1 << 20
local long = ("x"):rep(MIB)

local function wipe() local a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t end
local function own()
  wipe()
  system.gc.collect()
  return system.memory.stats().process.alloc -- lint: ignore E0023
end
-- What is under way is back soon.
local function settles(before)
  for _ = 1, 10000 do
    if own() - before < MIB // 2 then return true end
    time.sleep("1ms")
  end
  return false
end

-- Mail counts to the mailbox while nobody receives it, then to the process.
local before = own()
for _ = 1, 8 do assert(process.send(process.pid(), "later", long)) end
time.sleep("1ms")
assert(own() - before < MIB // 2)
local inbox, kept = process.inbox(), {}
for i = 1, 8 do kept[i] = inbox:receive() end
assert(own() - before > 8 * MIB)
kept = nil
assert(settles(before), own() - before)

-- A call that does not exist gives its arguments back like any other.
before = own()
for _ = 1, 20 do
  local future = assert(funcs.async("nowhere:at_all", long))
  local _, ok = future:response():receive()
  assert(ok)
end
assert(select(2, funcs.call("nowhere:at_all", long)):kind() == "NotFound") -- lint: ignore E0023
assert(settles(before), own() - before)
