-- What is bounded, so that nothing holds the others up: lists, patterns, numerals.
local function fails(text, f, ...)
  local ok, e = pcall(f, ...)
  assert(not ok and tostring(e):find(text, 1, true), tostring(e))
end
local MAX = 65536

-- a list has 65,536 values at most: results, arguments, `...`
local t = {}
for i = 1, MAX do t[i] = i end
local function count(...) return select("#", ...) end
assert(count(table.unpack(t)) == MAX and count(t[1], table.unpack(t, 2)) == MAX)
fails("too many values", function() return count(t[1], table.unpack(t)) end)
fails("too many results to unpack", table.unpack, t, 0)
fails("too many results to unpack", table.unpack, {}, 1, MAX + 1)
local s = ("x"):rep(MAX)
assert(count(s:byte(1, -1)) == MAX)
fails("string slice too long", string.byte, s .. "x", 1, -1)
local function pass(...) return ... end
assert(count(pass(table.unpack(t))) == MAX)
fails("too many values", function() return count(pass(0, table.unpack(t))) end)
local function grow(n, ...) if n == 0 then return count(...) end return grow(n - 1, n, ...) end
fails("too many values", function() return grow(10, table.unpack(t)) end)
local function results(n) if n == 0 then return end return n, results(n - 1) end
assert(count(results(1000)) == 1000)
fails("too many values", function() return count((function() return 1, table.unpack(t) end)()) end)
fails("too many results", string.unpack, ("b"):rep(MAX + 1), s .. "x")
assert(#{ table.unpack(t) } == MAX and table.pack(table.unpack(t)).n == MAX and #string.char(table.unpack(t, 1, 255)) == 255)
assert(count(pcall(table.unpack, t, 2)) == MAX and #{ pcall(table.unpack, t) } == MAX + 1)
local co = coroutine.wrap(function(...) return coroutine.yield(...) end)
assert(count(co(table.unpack(t))) == MAX and count(co(table.unpack(t))) == MAX)

-- a pattern has 65,536 bytes at most; a text that is searched for as it is may be longer
local long = ("ab"):rep(MAX)
fails("pattern too complex", string.find, long, long)
fails("pattern too complex", string.match, "a", long)
fails("pattern too complex", string.gsub, "a", long, "")
fails("pattern too complex", string.gmatch, "a", long)
assert(long:find(long, 1, true) == 1 and (("x" .. long):find(long, 1, true)) == 2 and not long:find(long .. "c", 1, true))

-- a numeral has 4,096 bytes at most, white space included
assert(tonumber((" "):rep(4095) .. "7") == 7 and tonumber((" "):rep(4096) .. "7") == nil)
assert(tonumber(("0"):rep(4095) .. "7", 8) == 7 and tonumber(("0"):rep(4096) .. "7", 8) == nil)
local padded = (" "):rep(4096) .. "7"
fails("arithmetic on a string value", function() return padded + 1 end) -- lint: ignore E0019
fails("number expected", math.floor, (" "):rep(4096) .. "7")
assert(math.max(1, " 9 ", "3") == 9 and math.min("4", 2, "0x1") == 1 and string.char("65", " 66 ") == "AB")
fails("value out of range", string.char, "65", "300")
fails("number expected", math.max, 1, "x")
