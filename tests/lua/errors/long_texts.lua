-- The text of an error has 64 KiB at most, with that of its causes; what is longer is cut, and says so.
local limit, long = 64 << 10, ("é"):rep(500000)
local e = errors.new("INVALID", long)
local text = e:message()
assert(#text <= limit + 64 and #text > limit - 64, #text)
assert(text:sub(1, 60000) == long:sub(1, 60000) and text:find("é… (1000000 bytes)", 1, true) == #text - #"é… (1000000 bytes)" + 1, text:sub(-30))
assert(tostring(e) == text and e .. "!" == text .. "!" and ("x"):rep(3) .. e == "xxx" .. text and e .. e .. 1 == text .. text .. "1")
for _, same in ipairs{errors.new(long), errors.new{message = long}, errors.wrap(long, "")} do assert(same:message() == text) end
-- What fits is as it was.
local exact = ("x"):rep(limit)
assert(errors.new(exact):message() == exact and errors.new(exact .. "y"):message() == exact .. "… (65537 bytes)")
-- Bytes that are no text grow to three each.
local grown = errors.new(("\x80"):rep(1000000)):message()
assert(#grown > limit and #grown < limit + 64, #grown)
assert(#errors.new(("\x80"):rep(limit)):message() < limit + 64)
-- Contexts have what the others leave.
local half = ("c"):rep(limit / 2)
local w = errors.wrap(errors.wrap(errors.new(half), half), half)
assert(w:message() == half and tostring(w) == "… (32768 bytes): " .. half .. ": " .. half, #tostring(w))
assert(tostring(w:cause()) == half .. ": " .. half)
for _ = 1, 200 do w = errors.wrap(w, half) end
assert(#tostring(w) < 2 * limit)
-- `..` joins what `tostring` says.
local c = errors.wrap(errors.new("refused"), "connect")
assert(c .. "!" == "connect: refused!" and "!" .. c == "!connect: refused" and c .. c == "connect: refusedconnect: refused")
-- A kind is short.
local kind = ("K"):rep(5000)
local k = errors.new(kind, "m")
assert(k:kind() == kind:sub(1, 1024) .. "… (5000 bytes)" and errors.is(k, kind) and not errors.is(k, "K"))
-- What nobody catches is cut likewise.
local _, refused = pcall(error, long)
assert(refused == long, "a text that is raised stays what it is")
