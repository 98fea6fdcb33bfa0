-- Begins more than its memory holds, in the way it is told.
local funcs, system, time = require("funcs"), require("system"), require("time")
local text = ("x"):rep(65000)

-- Registers that nobody uses any more keep what they held.
local function wipe() local a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t end

local function alloc()
  wipe()
  system.gc.collect()
  return system.memory.stats().process.alloc
end

return function(how)
  local keep = {}
  if how == "calls" then
    for i = 1, 1000 do keep[i] = assert(funcs.async("app:slow", text)) end
  elseif how == "context" then
    local executor = assert(funcs.new():with_context({ text = text }))
    for i = 1, 1000 do keep[i] = assert(executor:async("app:slow")) end
  elseif how == "waits" then
    for _ = 1, 1000 do coroutine.spawn(function() funcs.call("app:slow", text) end) end
    time.sleep("1h")
  elseif how == "one call" then
    funcs.call("app:slow", ("x"):rep(3000000))
  elseif how == "results" then
    for i = 1, 1000 do keep[i] = assert(funcs.async("app:large", 65000)) end
    time.sleep("1h")
  elseif how == "channels" then
    for i = 1, 1000 do keep[i] = assert(funcs.async("app:large", 65000)):response() end
    time.sleep("1h")
  elseif how == "given back" then
    for _ = 1, 10 do assert(assert(funcs.async("app:echo", text)):response():receive()) end
    local before = alloc()
    for i = 1, 500 do
      local future = assert(funcs.async("app:echo", text))
      if i % 2 == 0 then future:cancel() else assert(future:response():receive()) end
      assert(#funcs.call("app:echo", text) == #text)
    end
    local some = {}
    for i = 1, 5 do some[i] = funcs.async("app:slow", text) end
    assert(alloc() - before > 300000)
    for _, future in ipairs(some) do future:cancel() end
    time.sleep("1ms")
    some, keep = nil, nil
    -- What was canceled is received soon.
    for _ = 1, 1000 do
      if alloc() - before < 50000 then break end
      time.sleep("1ms")
    end
    return alloc() - before < 50000
  end
  return "nothing refused"
end
