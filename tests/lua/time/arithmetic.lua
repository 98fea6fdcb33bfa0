-- time: adding, subtracting, comparing, rounding.
-- modules: time
local time = require("time")
local t = time.date(2024, 1, 31, 10, 20, 30, 0, time.utc)
assert(t:add("1h"):hour() == 11 and t:add(time.SECOND):second() == 31 and t:add(-time.MINUTE):minute() == 19)
assert(t:add(time.parse_duration("90m")):format("15:04") == "11:50" and t:add(0.9):equal(t)) -- lint: ignore E0000
local none, err = t:add("soon")
assert(none == nil and errors.is(err, errors.INVALID))
assert(t:add_date(0, 1, 0):format("2006-01-02") == "2024-03-02" and t:add_date(1, 0, 1):format("2006-01-02") == "2025-02-01" and t:add_date(0, -1, 0):format("2006-01-02") == "2023-12-31")
local later = t:add("36h")
assert(later:sub(t):hours() == 36 and t:sub(later):seconds() == -129600 and tostring(later:sub(t)) == "36h0m0s")
assert(t:before(later) and later:after(t) and not t:after(later) and not t:before(t))
local same = t:in_location(time.fixed_zone("X", 3600))
assert(t:equal(same) and t == same and t ~= later and same:hour() == 11)
local unit = time.parse_duration("1m")
assert(t:round(unit):format("15:04:05") == "10:21:00" and t:truncate(unit):format("15:04:05") == "10:20:00") -- lint: ignore E0000
assert(t:truncate(time.parse_duration("24h")):format("15:04:05") == "00:00:00" and t:round(time.parse_duration("0s")):equal(t)) -- lint: ignore E0000
for _, name in ipairs{"sub", "before", "after", "equal", "round", "truncate", "in_location"} do
  assert(not pcall(t[name], t) and not pcall(t[name], t, 5), name)
end
assert(not pcall(t.add, t, {}) and not pcall(t.add_date, t, 1, 2)) -- lint: ignore E0000, E0003
assert(not pcall(t.add_date, t, 100000, 0, 0))
