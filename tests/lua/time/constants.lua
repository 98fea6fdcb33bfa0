-- time: units, months, weekdays, layouts, zones.
-- modules: time
local time = require("time")
assert(time.NANOSECOND == 1 and time.MICROSECOND == 1000 and time.MILLISECOND == 1000000 and time.SECOND == 1000000000)
assert(time.MINUTE == 60 * time.SECOND and time.HOUR == 3600 * time.SECOND)
assert(time.JANUARY == 1 and time.JUNE == 6 and time.DECEMBER == 12 and time.SUNDAY == 0 and time.SATURDAY == 6)
assert(time.RFC3339 == "2006-01-02T15:04:05Z07:00" and time.KITCHEN == "3:04PM" and time.DATE_ONLY == "2006-01-02")
assert(tostring(time.utc) == "UTC" and time.utc:string() == "UTC" and time.localtz:string() == "Local")
local now = time.now()
assert(now:year() >= 2024 and not now:is_zero() and now:location():string() == "Local")
assert(not pcall(function() time.SECOND = 2 end)) -- lint: ignore E0008
