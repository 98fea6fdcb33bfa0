-- system: figures of memory are whole numbers that belong together; the calling process sees its own grow and shrink.
-- modules: system, time
local system = require("system")
local keys = {"alloc", "total_alloc", "sys", "heap_alloc", "heap_sys", "heap_idle", "heap_in_use", "heap_released", "heap_objects",
  "stack_in_use", "stack_sys", "mspan_in_use", "mspan_sys", "num_gc", "next_gc"}
local function stats()
  local all, err = system.memory.stats()
  assert(all and err == nil)
  for _, key in ipairs(keys) do assert(math.type(all[key]) == "integer" and all[key] >= 0, key) end
  assert(all.alloc == all.heap_alloc and all.alloc == all.heap_in_use and all.sys == all.heap_sys and all.stack_in_use == all.stack_sys)
  assert(all.heap_released == 0 and all.mspan_in_use == 0 and all.mspan_sys == 0 and all.sys > 0)
  assert(all.total_alloc >= all.alloc and all.stack_in_use > 0)
  for _, key in ipairs{"alloc", "heap_objects", "stack_in_use", "num_gc", "next_gc", "limit", "coroutines"} do
    assert(math.type(all.process[key]) == "integer", key)
  end
  local symbols = all.symbols
  assert(symbols.count > 100 and symbols.bytes > symbols.count)
  assert(symbols.count <= symbols.max_count and symbols.bytes <= symbols.max_bytes)
  assert(symbols.max_count == 1000000 and symbols.max_bytes == 64 << 20)
  return all
end
-- The node knows of a process after its first step.
require("time").sleep("1ms")
system.gc.collect()
local before = stats()
assert(before.process.limit == 256 << 20 and before.process.coroutines == 1 and before.process.alloc <= before.process.next_gc)
local list = {}
for i = 1, 100000 do list[i] = {} end
local full = stats()
assert(full.process.heap_objects >= before.process.heap_objects + 100000)
assert(full.process.alloc >= before.process.alloc + 100000 * 16)
list = nil
assert(system.gc.collect() == true)
local after = stats()
assert(after.process.num_gc > full.process.num_gc, "a whole collection has run when the call returns")
assert(after.process.heap_objects < before.process.heap_objects + 1000 and after.process.alloc < full.process.alloc - 100000 * 16)
-- The node learns what a process has after each step of it.
local time = require("time")
local function settle() time.sleep("1ms") end
settle()
local node = stats()
local hog = {}
for i = 1, 200000 do hog[i] = {} end
settle()
assert(stats().total_alloc >= node.total_alloc + 200000 * 16)
assert(system.memory.allocated() > 200000 * 16 and system.memory.heap_objects() > 200000) -- lint: ignore E0019
local co = coroutine.wrap(function() local function deep(n) if n > 0 then return 1 + deep(n - 1) end coroutine.yield() return 0 end return deep(50000) end)
co()
assert(stats().process.stack_in_use > before.process.stack_in_use + 50000 * 16)
