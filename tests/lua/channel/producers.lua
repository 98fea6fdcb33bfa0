-- channel: several producers and consumers; every value arrives once, in order for each producer.
local work, out = channel.new(4), channel.new()
local producers, consumers, each = 5, 3, 200
for p = 1, producers do
  coroutine.spawn(function()
    for i = 1, each do work:send({p, i}) end
    out:send("done")
  end)
end
for _ = 1, consumers do
  coroutine.spawn(function()
    while true do
      local item, ok = work:receive()
      if not ok then out:send("idle") return end
      out:send(item)
    end
  end)
end
local done, idle, count, last = 0, 0, 0, {}
while idle < consumers do
  local v = out:receive()
  if v == "done" then
    done = done + 1
    if done == producers then work:close() end
  elseif v == "idle" then
    idle = idle + 1
  else
    count = count + 1
    last[v[1]] = math.max(last[v[1]] or 0, v[2])
  end
end
assert(count == producers * each)
for p = 1, producers do assert(last[p] == each) end
