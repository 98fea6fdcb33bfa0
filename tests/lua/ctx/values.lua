-- ctx: values of with_context reach callees and theirs, and nobody else; missing and empty keys.
-- modules: ctx, funcs
local ctx, funcs = require("ctx"), require("funcs")
local value, err = ctx.get("user")
assert(value == nil and err:kind() == errors.NOT_FOUND and err:retryable() == false)
value, err = ctx.get("")
assert(value == nil and err:kind() == errors.INVALID)
assert(next(ctx.all()) == nil)
local caller = funcs.new():with_context({user = "Ada", limits = {1, 2}, n = 3})
local seen = assert(caller:call("test:ctx_seen"))
assert(seen.user == "Ada" and seen.limits[2] == 2 and math.type(seen.n) == "integer")
-- What is set again wins; the rest stays.
seen = assert(caller:with_context({user = "Grace"}):call("test:ctx_seen"))
assert(seen.user == "Grace" and seen.n == 3)
assert(next(assert(funcs.call("test:ctx_seen"))) == nil)
