-- os.time: now, and seconds of a date in the local zone; overflow is carried, missing times are 0.
local now = os.time()
assert(math.type(now) == "integer" and now > 1700000000)
local t = os.time{year = 2024, month = 2, day = 29, hour = 12, min = 30, sec = 15}
local back = os.date("*t", t)
assert(back.year == 2024 and back.month == 2 and back.day == 29 and back.hour == 12 and back.min == 30 and back.sec == 15)
assert(os.time{year = 2024, month = 14, day = -1, hour = 0} == os.time{year = 2025, month = 1, day = 30})
assert(os.time{year = 2024, month = 3, day = 1, hour = 25, min = -1} == os.time{year = 2024, month = 3, day = 2, hour = 0, min = 59})
local midnight = os.date("*t", os.time{year = 2024, month = 5, day = 6})
assert(midnight.hour == 0 and midnight.min == 0 and midnight.sec == 0)
local today = os.date("*t", os.time{})
local d = os.date("*t")
assert(today.year == d.year and today.hour == 0 or os.date("*t").day ~= d.day)
assert(os.time{year = "2024", month = "2", day = 1.0} == os.time{year = 2024, month = 2, day = 1})
assert(os.time{year = 1969, month = 1, day = 1} < 0)
for _, bad in ipairs{{year = {}}, {day = "x"}, {hour = 1.5}, {month = true}} do
  local ok, message = pcall(os.time, bad) -- lint: ignore E0000
  assert(not ok and tostring(message):find("is not an integer", 1, true), tostring(message))
end
assert(not pcall(os.time, 5) and not pcall(os.time, {year = 1e12})) -- lint: ignore E0000
