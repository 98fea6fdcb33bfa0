-- The text of an error has 64 KiB at most, with that of its causes; what is longer is cut, and says so.
local limit, long = 64 << 10, ("é"):rep(500000)
local e = errors.new("INVALID", long)
local text = e:message()
local note = "… (1000000 bytes)"
assert(text == long:sub(1, #text - #note) .. note and (#text == limit or #text == limit - 1), #text)
assert(tostring(e) == text and e .. "!" == text .. "!" and ("x"):rep(3) .. e == "xxx" .. text and e .. e .. 1 == text .. text .. "1")
for _, same in ipairs{errors.new(long), errors.new{message = long}, errors.wrap(long, "")} do assert(same:message() == text) end
-- What fits is as it was, also what was cut before.
local exact = ("x"):rep(limit)
assert(errors.new(exact):message() == exact and errors.new(text):message() == text)
assert(errors.new(exact .. "y"):message() == exact:sub(1, -19) .. "x… (65537 bytes)")
-- Bytes that are no text grow to three each.
for _, n in ipairs{1000000, limit, limit // 3 + 1} do
  local grown = errors.new(("\x80"):rep(n)):message()
  assert(#grown <= limit and #grown > limit - 3 and grown:find("… (" .. n .. " bytes)", 1, true), #grown)
end
-- Contexts have what the others leave.
local half = ("c"):rep(limit / 2)
local w = errors.wrap(errors.new(half), half)
local cut = "… (32768 bytes): "
assert(w:message() == half and #tostring(w) == limit and tostring(w) == half:sub(1, limit / 2 - #cut) .. cut .. half, #tostring(w))
w = errors.wrap(w, half)
assert(tostring(w) == "…: " .. tostring(w:cause()) and errors.wrap(w, ""):message() == half)
for _ = 1, 200 do w = errors.wrap(w, half) end
assert(#tostring(w) <= limit + 128 * #"…: ")
-- `..` joins what `tostring` says.
local c = errors.wrap(errors.new("refused"), "connect")
assert(c .. "!" == "connect: refused!" and "!" .. c == "!connect: refused" and c .. c == "connect: refusedconnect: refused")
-- A kind is short.
local kind = ("K"):rep(5000)
local k = errors.new(kind, "m")
assert(k:kind() == kind:sub(1, 1024 - #"… (5000 bytes)") .. "… (5000 bytes)" and errors.is(k, kind) and not errors.is(k, "K"))
-- A text that is raised and caught is no error object.
local _, refused = pcall(error, long)
assert(refused == long)
