-- funcs.call: a thousand calls may stand above one another; one more is Unavailable and not to be tried again.
-- modules: funcs
local funcs = require("funcs")
assert(funcs.call("test:descend", 900) == "bottom")
local none, err = funcs.call("test:descend", 1200)
assert(none == nil and errors.is(err, errors.UNAVAILABLE) and err:retryable() == false, tostring(err))
assert(err:message():find("1000 calls", 1, true), err:message())
