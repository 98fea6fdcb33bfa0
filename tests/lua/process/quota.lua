-- process: who exceeds its memory ends with a clear reason that pcall does not catch; siblings and the parent live on.
local role, how = ...
if role == "echo" then
  while true do local m = process.inbox():receive() process.send(m:from(), "answer", m:payload():data()) end
end
local ways = {
  rep = function() return ("x"):rep(1000000000) end,
  doubling = function() local s = "x" while true do s = s .. s end end,
  keys = function() local t = {} for i = 1, 10000000 do t["k" .. i] = i end end,
  list = function() local t = {} while true do t[#t + 1] = {} end end,
  calls = function() local function f(n) return 1 + f(n + 1) end return f(1) end,
  pcalls = function() local function f(n) return pcall(f, n + 1) end return f(1) end,
  metamethods = function() return setmetatable({}, {__index = function(t, k) return t[k + 1] end})[1] end,
  tostrings = function() local m = {} m.__tostring = function(t) return tostring(t) end return tostring(setmetatable({}, m)) end,
  gsubs = function() local function f(s) return (s:gsub(".", f)) end return f("x") end,
  sorts = function() local function f() table.sort({3, 2, 1}, f) return false end return f() end,
  coroutines = function() local function f() return coroutine.wrap(f)() end return f() end,
  concats = function() local m = {} m.__concat = function(a, b) return a .. b end return setmetatable({}, m) .. "x" end,
}
if role == "eat" then while true do pcall(ways[how]) end end
local id, host, events, answers = process.id(), "test:processes", process.events(), process.listen("answer")
local sibling = assert(process.spawn(id, host, "echo"))
for name in pairs(ways) do
  local pid = assert(process.spawn_monitored(id, host, "eat", name))
  local e = events:receive()
  assert(e.from == pid and e.result.error, name)
  assert(e.result.error:kind() == "RateLimited" and e.result.error:retryable() == false, name)
  assert(e.result.error:message():find("memory limit of 256 MiB", 1, true), e.result.error:message())
  assert(process.send(sibling, "ask", name) and answers:receive() == name)
end
process.terminate(sibling)
