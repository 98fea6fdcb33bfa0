local io, funcs, registry, time = require("io"), require("funcs"), require("registry"), require("time")

local function call(id, ...)
  local value, err = funcs.call("app:" .. id, ...)
  if err then return "(" .. tostring(err):match("[^\n]*") .. ")" end
  return tostring(value)
end

local function three(id)
  return call(id) .. ", " .. call(id) .. ", " .. call(id)
end

-- Two calls at once, which both wait until both are there: two states.
local function both(id)
  local inbox, futures = process.inbox(), {}
  for i = 1, 2 do futures[i] = funcs.async("app:" .. id, "hold", process.pid()) end
  local first, second = inbox:receive():payload():data(), inbox:receive():payload():data()
  process.send(first, "go")
  process.send(second, "go")
  local results = {}
  for i = 1, 2 do results[i] = futures[i]:response():receive():data() end
  table.sort(results)
  return table.concat(results, ", ")
end

return function()
  for _, id in ipairs({ "none", "lazy", "most", "static", "workers", "size", "inline", "adaptive" }) do
    io.print(id .. ": " .. three(id))
  end
  io.print("a raise: " .. call("static", "raise") .. ", then " .. call("static"))
  io.print("a failure: " .. call("static", "fail") .. ", then " .. call("static"))
  io.print("a deadlock: " .. call("static", "stuck") .. ", then " .. call("static"))
  io.print("coroutines: " .. call("static", "leave") .. ", then " .. call("static", "reuse"))
  io.print("mail: " .. call("static", "listen") .. ", then " .. call("static", "hear"))
  io.print("garbage: " .. call("static", "waste") .. ", then " .. call("static"))
  io.print("over quota: " .. call("static", "hoard") .. ", then " .. three("static"))
  local slow = funcs.new():with_options({ timeout = "50ms" })
  local _, err = slow:call("app:static", "hang")
  io.print("late: " .. tostring(err:kind()) .. ", then " .. three("static"))
  io.print("itself: " .. call("inline", "again", "app:inline") .. ", then " .. call("inline"))
  io.print("two at once: " .. both("workers") .. ", then " .. both("workers"))
  io.print("two at once: " .. both("adaptive") .. ", then " .. both("adaptive"))
  -- A changed entry begins anew.
  local entry = registry.get("app:size")
  entry.data.pool = { size = 1, buffer = 2 }
  local changes = registry.snapshot():changes()
  changes:update(entry)
  local ok, failed = changes:apply()
  io.print("changed: " .. tostring(failed == nil) .. ", then " .. three("size"))
  return 0
end
