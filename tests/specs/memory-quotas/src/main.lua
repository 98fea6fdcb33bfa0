local io, funcs, registry, system = require("io"), require("funcs"), require("registry"), require("system")
local events, answers = process.events(), process.listen("answer")

local function text(err)
  return tostring(err:message()) .. " (" .. err:kind() .. ", " .. tostring(err:retryable()) .. ")"
end

local function ended(id, host, ...)
  local pid = assert(process.spawn_monitored("app:" .. id, "app:" .. host, ...))
  local event = events:receive()
  assert(event.kind == process.event.EXIT and event.from == pid)
  return event.result.error and text(event.result.error) or tostring(event.result.value)
end

local function ask(pid, what)
  assert(process.send(pid, "ask", what))
  return tostring(answers:receive())
end

local function limit(id, host)
  local pid = assert(process.spawn_monitored("app:" .. id, "app:" .. host))
  local found = ask(pid, "limit")
  process.send(pid, "x", "stop")
  events:receive()
  return found
end

return function()
  local sibling = assert(process.spawn("app:small", "app:wide"))
  ask(sibling, "warm")
  system.gc.collect()
  local before = system.memory.allocated()
  for _, how in ipairs({ "texts", "tables", "once", "calls" }) do
    io.print(how .. ": " .. ended("small", "wide", how))
    io.print("  sibling: " .. ask(sibling, how))
  end
  io.print("garbage: " .. ended("tiny", "wide", "waste"))
  system.gc.collect()
  -- What the dead left is freed in slices, while others run.
  local back = false
  for _ = 1, 100000 do
    back = system.memory.allocated() < before + 500000
    if back then break end
    funcs.call("app:eat")
  end
  io.print("memory is back: " .. tostring(back))

  io.print("none: " .. limit("plain", "wide"))
  io.print("of the entry: " .. limit("small", "wide"))
  io.print("of the host: " .. limit("plain", "narrow") .. ", " .. ended("plain", "narrow", "texts"))
  io.print("the host's is smaller: " .. limit("large", "narrow") .. ", " .. ended("large", "narrow", "tables"))
  io.print("the entry's is smaller: " .. limit("tiny", "narrow") .. ", " .. ended("tiny", "narrow", "tables"))
  io.print("more than the default: " .. limit("large", "wide"))

  local function call(id, how)
    local value, err = funcs.call("app:" .. id, how)
    return err and text(err) or tostring(value)
  end
  io.print("call: " .. call("eat", "hoard") .. ", then " .. call("eat"))
  io.print("state: " .. call("state") .. ", " .. call("state") .. ", " .. call("state", "hoard") .. ", then " .. call("state"))
  local _, err = process.exec("app:small", "app:wide", "tables")
  io.print("exec: " .. text(err))

  io.print("arguments: " .. ended("tiny", "wide", ("x"):rep(100000)))
  io.print("top level: " .. ended("top", "wide"))
  io.print("shared: " .. ended("shared", "wide") .. ", written: " .. ended("shared", "wide", true))
  -- Many at once: all but one run the top level by themselves.
  local pids, results = {}, {}
  for i = 1, 8 do pids[i] = assert(process.spawn_monitored("app:crowd", "app:wide")) end
  for i = 1, 8 do results[i] = tostring(events:receive().result.value) end
  io.print("many: " .. table.concat(results, " "))

  -- A changed host bounds what starts after it.
  local entry = registry.get("app:narrow")
  entry.data.limits = { memory = "128K" }
  local changes = registry.snapshot():changes()
  changes:update(entry)
  assert(changes:apply())
  io.print("changed: " .. limit("plain", "narrow") .. ", the sibling has " .. ask(sibling, "limit"))
  process.terminate(sibling)
  return 0
end
