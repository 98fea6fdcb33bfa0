-- process: whatever is raised or returned as an error, the monitor and the caller of exec see an error object of it.
local role, what = ...
local bottomless = {}
for _ = 1, 200000 do bottomless = {bottomless} end
local cyclic = {}
cyclic[1] = cyclic
local raised = {
  text = "plain", table = {1}, number = 42, boolean = false, ["function"] = print, thread = coroutine.create(print),
  channel = channel.new(), binary = "\xff\0\27", long = ("x"):rep(1000000), bottomless = bottomless, cyclic = cyclic,
  metatable = setmetatable({}, {__tostring = function() error("again") end}),
}
local returned = {["function"] = print, thread = coroutine.create(print), channel = channel.new(), inside = {a = {b = print}}, key = {[print] = 1}}
if role == "raise" then error(raised[what]) end
if role == "return" then return returned[what] end
local id, host, events = process.id(), "test:processes", process.events()
raised["nil"] = false
local function check(role, what, kind)
  local pid = assert(process.spawn_monitored(id, host, role, what))
  local e = events:receive()
  local value, err = process.exec(id, host, role, what)
  assert(e.from == pid and value == nil and e.result.value == nil, what)
  for _, e in ipairs{e.result.error, err} do
    assert(type(e) == "userdata" and e:kind() == kind and #e:message() > 0, what)
    if role == "return" then assert(e:message():find("cannot leave its process", 1, true), e:message()) end
  end
end
for what in pairs(raised) do check("raise", what, "Internal") end
for what in pairs(returned) do check("return", what, "Invalid") end
