-- funcs.async: futures while the call runs, when it is over, when it failed.
-- modules: funcs
local funcs = require("funcs")
local f = assert(funcs.async("test:nap", "20ms"))
assert(f:is_complete() == false and f:is_canceled() == false and f:result() == nil and select(2, f:error()) == false)
assert(f:channel() == f:response())
local p, ok = f:response():receive()
assert(ok and p:data() == "woke" and f:is_complete() and f:result():data() == "woke") -- lint: ignore E0023
p, ok = f:response():receive()
assert(p == nil and ok == false)
local bad = assert(funcs.async("test:fail", "raise error", "Conflict"))
bad:response():receive()
local result, err = bad:result()
assert(result == nil and errors.is(err, errors.CONFLICT))
local e, failed = bad:error()
assert(failed == true and e:kind() == "Conflict") -- lint: ignore E0023
-- side by side: the last one started is over while all others run
local others = {}
for i = 1, 8 do others[i] = assert(funcs.async("test:nap", "1h")) end
assert(funcs.async("test:nap", "1ms"):channel():receive():data() == "woke") -- lint: ignore E0023
for i = 1, 8 do assert(not others[i]:is_complete() and others[i]:cancel()) end
-- in a select
local slow, quick = funcs.async("test:nap", "10s"), funcs.async("test:nap", "1ms")
local r = channel.select{slow:channel():case_receive(), quick:channel():case_receive()} -- lint: ignore E0023
assert(r.channel == quick:channel()) -- lint: ignore E0023
assert(slow:cancel() and slow:is_canceled()) -- lint: ignore E0023
result, err = slow:result() -- lint: ignore E0023
assert(result == nil and errors.is(err, errors.CANCELED))
local none, why = funcs.async("")
assert(none == nil and errors.is(why, errors.INVALID))
assert(not pcall(funcs.async)) -- lint: ignore E0003
