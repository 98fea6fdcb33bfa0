-- system.memory: what natives keep outside the heap for a process counts to it as long as it is kept, so the limit bounds that, too.
-- modules: funcs, logger, payload, registry, system
local funcs, logger, payload = require("funcs"), require("logger"), require("payload")
local registry, system = require("registry"), require("system")
local MIB = 1 << 20
local long = ("x"):rep(MIB)
-- The text of an error has 64 KiB at most, its kind 1 KiB.
local function many(n, make)
  local list = {}
  for i = 1, n do list[i] = make() end
  return list
end
local ways = {
  error = function() return many(20, function() return errors.new(long) end) end,
  kind = function() return many(1100, function() return errors.new{message = "m", kind = long} end) end,
  details = function() return errors.new{message = "m", details = {long}} end,
  cause = function() return many(20, function() return errors.wrap(errors.new(long), "context") end) end,
  payload = function() return payload.new(long) end,
  payload_of_error = function() return many(20, function() return payload.new(errors.new(long)) end) end,
  spawner = function() return process.with_context{a = long} end,
  executor = function() return funcs.new():with_context{a = long} end,
  logger = function() return logger:with{a = long} end,
  name = function() return many(300, function() return logger:named(long:sub(1, 4096)) end) end,
  message = function() process.send(process.pid(), "m", long) return process.inbox():receive() end,
  opened = function() process.send(process.pid(), "m", long) return (process.inbox():receive():payload()) end,
  changes = function()
    local made = registry.snapshot():changes()
    return (assert(made:create{id = "memory:one", kind = "registry.entry", data = {text = long}}))
  end,
}
-- Registers that nobody uses any more keep what they held.
local function wipe() local a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t end
local function alloc()
  wipe()
  system.gc.collect()
  return system.memory.stats().process.alloc -- lint: ignore E0023
end
local function held(way)
  local before = alloc()
  local kept = way()
  local with = alloc()
  return with - before, kept
end
for name, way in pairs(ways) do
  local before = alloc()
  do
    local n = held(way)
    assert(n >= MIB and n < 5 * MIB, name .. ": " .. n)
  end
  local left = alloc() - before
  assert(left < MIB // 4, name .. ": " .. left .. " bytes stay")
end
