-- funcs.new: executors are immutable; options limit a call.
-- modules: funcs, time
local funcs, time = require("funcs"), require("time")
local base = funcs.new()
local limited = base:with_options{timeout = 20}
assert(limited ~= base and base:call("test:nap", "40ms") == "woke")
local got, err = limited:call("test:nap", "10s")
assert(got == nil and errors.is(err, errors.TIMEOUT) and err:retryable() == true)
assert(limited:call("test:echo", 5) == 5)
local f = base:with_context{user = "u1"}:async("test:echo", "x")
f:channel():receive() -- lint: ignore E0023
assert(f:result():data() == "x") -- lint: ignore E0023
local _, wrong = base:with_options{timeout = "soon"}
assert(errors.is(wrong, errors.INVALID))
assert(not pcall(base.with_context, base) and not pcall(base.with_options, base, 5) and not pcall(base.call, {})) -- lint: ignore E0000, E0003
