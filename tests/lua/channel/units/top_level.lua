-- channel: what the top level makes belongs to each process alone and begins empty in it.
local queue, gate = channel.new(2), channel.new()
local mail = channel.new(1)
local all = { queue = queue, gate = gate, [queue] = "queue" }
local known = tostring(queue)

local function produce(n)
  for i = 1, n do gate:send(i) end
  gate:close()
end

return function()
  -- one object, wherever it is reached from
  assert(all.queue == queue and all[queue] == "queue" and tostring(all.queue) == known)
  -- nothing is in it from another process
  assert(channel.select({ queue:case_receive(), default = true }).default)
  assert(queue:send("a") and all.queue:send({ "b" }))
  local full = channel.select({ queue:case_send("c"), default = true })
  assert(full.default, "its room is what the top level asked for")
  assert(queue:receive() == "a" and queue:receive()[1] == "b")
  -- it wakes coroutines of this process
  coroutine.spawn(function() produce(50) end)
  local sum = 0
  while true do
    local v, ok = gate:receive()
    if not ok then break end
    sum = sum + v
  end
  assert(sum == 1275, sum)
  assert(not pcall(gate.send, gate, 1), "closed in this process")
  -- mail comes into it
  subscribe("news", mail)
  process.send(process.pid(), "news", "hello")
  assert(mail:receive() == "hello")
  unsubscribe(mail)
  -- selects, and work long enough for the process to leave its image
  local seen = 0
  for i = 1, 30000 do
    queue:send(i)
    local chosen = channel.select({ mail:case_receive(), queue:case_receive() })
    assert(chosen.channel == queue)
    seen = seen + chosen.value
  end
  assert(seen == 30000 * 30001 // 2 and all[queue] == "queue" and all.queue == queue)
  return 0
end
