-- time.parse_duration: numbers, texts with units, durations; and their text.
-- modules: time
local time = require("time")
local function is(value, nanoseconds, text)
  local d, err = time.parse_duration(value)
  assert(d and d:nanoseconds() == nanoseconds, tostring(err))
  assert(text == nil or tostring(d) == text, tostring(d))
end
is(0, 0, "0s") is(1, 1, "1ns") is(1.9, 1, "1ns") is(1500, 1500, "1.5µs") is(2000000, 2000000, "2ms")
is("1h30m", 5400000000000, "1h30m0s") is("1.5s", 1500000000, "1.5s") is("-2m", -120000000000, "-2m0s") is("1us", 1000) is("1µs", 1000)
is("100ms", 100000000, "100ms") is("0", 0) is("1h1m1.000000001s", 3661000000001, "1h1m1.000000001s") is("24h", 24 * time.HOUR, "24h0m0s")
local d = time.parse_duration("90m")
is(d, 5400000000000)
assert(d:hours() == 1.5 and d:minutes() == 90 and math.type(d:minutes()) == "integer" and d:seconds() == 5400) -- lint: ignore E0023
local small = time.parse_duration("1.0015s")
assert(small:milliseconds() == 1001 and small:microseconds() == 1001500 and small:seconds() == 1.0015) -- lint: ignore E0023
assert(d == time.parse_duration("1h30m") and d ~= small)
for _, bad in ipairs{"", "100", "1x", "h", "1h ", "one", "1.2.3s", "s1"} do
  local none, err = time.parse_duration(bad)
  assert(none == nil and errors.is(err, errors.INVALID), bad)
end
for _, bad in ipairs{true, {}, print, time.utc} do assert(not pcall(time.parse_duration, bad)) end -- lint: ignore E0000
assert(not pcall(time.parse_duration)) -- lint: ignore E0003
