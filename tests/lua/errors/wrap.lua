-- Wrapping keeps class and message, shows the context in the text, and links the cause.
local e = errors.new{message = "refused", kind = errors.UNAVAILABLE, retryable = true, details = {port = 80}}
local w = errors.wrap(e, "connect")
assert(w:message() == "refused" and w:kind() == "Unavailable" and w:retryable() == true and w:details().port == 80) -- lint: ignore E0023
assert(tostring(w) == "connect: refused" and w:cause():message() == "refused" and w:cause():cause() == nil) -- lint: ignore E0023
local ww = errors.wrap(w, "start")
assert(tostring(ww) == "start: connect: refused" and ww:message() == "refused" and tostring(ww:cause()) == "connect: refused" and errors.is(ww, errors.UNAVAILABLE))
local s = errors.wrap("text", "ctx")
assert(s:message() == "text" and tostring(s) == "ctx: text" and s:kind() == "")
assert(not pcall(errors.wrap, {}, "x") and not pcall(errors.wrap, e) and not pcall(errors.wrap)) -- lint: ignore E0000, E0003
-- a loop that wraps for ever does not eat the memory
local deep = e
for i = 1, 2000 do deep = errors.wrap(deep, "again") end
assert(deep:message() == "refused" and deep:kind() == "Unavailable")
-- a cause is one object, whoever asks and whenever
assert(w:cause() == w:cause() and s:cause() == s:cause() and w:cause() ~= s:cause())
