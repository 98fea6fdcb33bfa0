-- Does what it is told, and answers every message until then.
local ways = {
  texts = function() local t = {} while true do t[#t + 1] = ("x"):rep(1000) .. #t end end,
  tables = function() local t = {} while true do t[#t + 1] = {} end end,
  once = function() return ("x"):rep(1 << 40 >> 10) end,
  calls = function() local function f(n) return 1 + f(n + 1) end return f(1) end,
  -- half of it is enough for garbage
  waste = function() for i = 1, 100000 do local t = { i, {}, "x" .. i } end return "wasted" end,
}

return function(how)
  if ways[how] then
    local caught, what = pcall(ways[how])
    assert(caught, "caught what pcall must not catch")
    return what
  end
  local inbox = process.inbox()
  while true do
    local message = inbox:receive()
    local what = message:payload():data()
    if what == "stop" then return "stopped" end
    process.send(message:from(), "answer", what == "limit" and require("system").memory.stats().process.limit or what)
  end
end
