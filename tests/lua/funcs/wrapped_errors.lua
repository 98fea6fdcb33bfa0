-- A wrapped error is the same on the other side of every border: message, text, kind, details, causes.
-- modules: funcs
local role, kind = ...
local function wrapped(kind)
  local e = errors.new{message = "m", kind = kind, retryable = true, details = {n = 1}}
  for i = 1, 3 do e = errors.wrap(e, "ctx" .. i) end
  return e
end
if role == "raise" then error(wrapped(kind)) end
if role == "return" then return nil, wrapped(kind) end
if role == "value" then return {inner = wrapped(kind)} end

local function check(where, e, kind)
  assert(e:message() == "m", where .. ": " .. e:message())
  assert(tostring(e) == "ctx3: ctx2: ctx1: m", where .. ": " .. tostring(e))
  assert(e:kind() == kind, where .. ": " .. e:kind())
  assert(e:retryable() == true and e:details().n == 1, where)
  assert(e:cause():message() == "m" and tostring(e:cause()) == "ctx2: ctx1: m", where .. ": " .. tostring(e:cause()))
  assert(tostring(e:cause():cause():cause()) == "m" and e:cause():cause():cause():cause() == nil, where)
end

local funcs = require("funcs")
local id, host, events, inbox = process.id(), "test:processes", process.events(), process.inbox()
check("here", wrapped("Conflict"), "Conflict")
-- A kind of one's own stays; without a kind an error that ends a call or a process is Internal.
for given, seen in pairs{Conflict = "Conflict", Mine = "Mine", [""] = "Internal"} do
  for _, how in ipairs{"wrap", "raise wrap"} do
    local _, e = funcs.call("test:fail", how, given)
    check("call", e, seen)
    local future = assert(funcs.async("test:fail", how, given))
    future:channel():receive()
    _, e = future:result()
    check("future", e, seen)
  end
  for _, how in ipairs{"raise", "return"} do
    local _, e = process.exec(id, host, how, given)
    check("exec", e, seen)
    assert(process.spawn_monitored(id, host, how, given))
    check("exit", events:receive().result.error, seen)
  end
  local value = process.exec(id, host, "value", given)
  check("in a result", value.inner, given)
  check("echo", funcs.call("test:echo", wrapped(given)), given)
  check("echo in a table", funcs.call("test:echo", {wrapped(given)})[1], given)
  process.send(process.pid(), "m", wrapped(given))
  check("message", inbox:receive():payload():data(), given)
  process.send(process.pid(), "m", {e = wrapped(given)})
  check("message in a table", inbox:receive():payload():data().e, given)
  local _, e = coroutine.resume(coroutine.create(function() error(wrapped(given)) end))
  check("coroutine", e, given)
end
-- More contexts than causes that cross: text and message stay.
local _, e = funcs.call("test:fail", "wrap often", "Conflict")
assert(e and e:message() == "m" and tostring(e) == ("ctx: "):rep(40) .. "m" and e:kind() == "Conflict", tostring(e))
_, e = funcs.call("test:fail", "wrap often", "")
assert(e and e:message() == "m" and tostring(e) == ("ctx: "):rep(40) .. "m" and e:kind() == "Internal", tostring(e))
-- What is wrapped again behind a border goes on so.
e = errors.wrap(e, "outer")
process.send(process.pid(), "m", e)
e = inbox:receive():payload():data()
assert(e:message() == "m" and tostring(e) == "outer: " .. ("ctx: "):rep(40) .. "m")
