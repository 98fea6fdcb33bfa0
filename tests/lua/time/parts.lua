-- time: moments from parts, their parts again, and the calendar's overflow.
-- modules: time
local time = require("time")
local t = time.date(2024, 2, 29, 23, 59, 58, 123456789, time.utc)
assert(t:year() == 2024 and t:month() == 2 and t:day() == 29 and t:hour() == 23 and t:minute() == 59 and t:second() == 58)
assert(t:nanosecond() == 123456789 and t:weekday() == time.THURSDAY and t:year_day() == 60)
local y, m, d = t:date()
local hh, mm, ss = t:clock()
assert(y == 2024 and m == 2 and d == 29 and hh == 23 and mm == 59 and ss == 58)
assert(t:unix() == 1709251198 and t:unix_nano() == 1709251198123456789 and math.type(t:unix()) == "integer")
assert(time.unix(1709251198, 123456789):equal(t) and time.unix(0, -1):unix() == -1 and time.unix(1, 2000000000):unix() == 3)
-- months, days and smaller units carry
assert(time.date(2023, 14, 31, 0, 0, 0, 0, time.utc):format("2006-01-02") == "2024-03-02")
assert(time.date(2024, 1, 0, 0, 0, 0, 0, time.utc):format("2006-01-02") == "2023-12-31")
assert(time.date(2024, 12, 31, 23, 59, 60, 0, time.utc):format("2006-01-02 15:04:05") == "2025-01-01 00:00:00")
assert(time.date(2024, 1, 1, -1, 0, 0, -1, time.utc):unix_nano() == time.date(2023, 12, 31, 22, 59, 59, 999999999, time.utc):unix_nano())
assert(time.date(1, 1, 1, 0, 0, 0, 0, time.utc):is_zero())
assert(tostring(t) == "2024-02-29 23:59:58.123456789 +0000 UTC" and t:format_rfc3339() == "2024-02-29T23:59:58Z")
-- all numbers are required
for n = 0, 6 do
  local args = {2024, 1, 1, 0, 0, 0, 0}
  for i = n + 1, 7 do args[i] = nil end
  assert(not pcall(time.date, unpack(args)))
end
assert(not pcall(time.date, 2024, 1, 1, 0, 0, 0, "x") and not pcall(time.date, 2024, 1, 1, 0, 0, 0, 0, "UTC") and not pcall(time.date, 1000000000, 1, 1, 0, 0, 0, 0)) -- lint: ignore E0000
assert(not pcall(time.unix, 1) and not pcall(time.unix, "x", 0)) -- lint: ignore E0000, E0003
