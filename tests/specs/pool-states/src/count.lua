-- Counts its calls in all that can keep state, and misbehaves when asked to.
local calls, log, box, stash = 0, {}, channel.new(8), nil
total = 0

local M = {}

function M.run(what, ...)
  calls = calls + 1
  total = total + 1
  log[#log + 1] = what or "call"
  if M[what] then
    local a, b = M[what](...)
    if a ~= nil or b ~= nil then return a, b end
  end
  return calls .. " " .. total .. " " .. #log
end

-- ends that leave the state
function M.raise() error("asked to") end
function M.fail() return nil, "refused" end

-- ends that do not
function M.hoard() return string.rep("x", 300 * 1024 * 1024) end
function M.hang() while true do end end
function M.stuck() return channel.new():receive() end

-- a coroutine that is left waiting must not get what a later call sends
function M.leave()
  coroutine.spawn(function() log[#log + 1] = box:receive() end)
  coroutine.spawn(function() channel.new():send(1) end)
  coroutine.yield()
  return "left"
end
function M.reuse()
  box:send("mine")
  coroutine.yield()
  return box:receive() .. " " .. #log
end

-- mail belongs to one call
function M.listen()
  stash = { process.inbox(), process.listen("topic"), process.pid() }
  process.send(process.pid(), "other", "first call")
  return "listening"
end
function M.hear()
  local _, open = stash[1]:receive()
  local _, topical = stash[2]:receive()
  local inbox = process.inbox()
  process.send(process.pid(), "x", "second call")
  return tostring(open) .. " " .. tostring(topical) .. " " .. inbox:receive():payload():data() .. " " .. tostring(stash[3] == process.pid())
end

-- garbage of a call is gone with it
function M.waste()
  local t = {}
  for i = 1, 20000 do t[i] = { i } end
  return #t
end

-- itself, through its own pool
function M.again(id)
  local funcs = require("funcs")
  return funcs.call(id)
end

-- waits for a message, so that calls stand beside each other
function M.hold(caller)
  local inbox = process.inbox()
  process.send(caller, "here", process.pid())
  inbox:receive()
end

return M
