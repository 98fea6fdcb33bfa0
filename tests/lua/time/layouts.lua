-- time: format and parse by reference layouts, there and back.
-- modules: time
local time = require("time")
local zone = assert(time.load_location("America/New_York"))
local t = time.date(2024, 3, 5, 9, 7, 4, 120000000, zone)
for layout, text in pairs{
  [time.RFC3339] = "2024-03-05T09:07:04-05:00", [time.RFC3339NANO] = "2024-03-05T09:07:04.12-05:00", [time.RFC822] = "05 Mar 24 09:07 EST",
  [time.RFC822Z] = "05 Mar 24 09:07 -0500", [time.RFC850] = "Tuesday, 05-Mar-24 09:07:04 EST", [time.RFC1123] = "Tue, 05 Mar 2024 09:07:04 EST",
  [time.RFC1123Z] = "Tue, 05 Mar 2024 09:07:04 -0500", [time.DATE_TIME] = "2024-03-05 09:07:04", [time.DATE_ONLY] = "2024-03-05", [time.TIME_ONLY] = "09:07:04",
  [time.KITCHEN] = "9:07AM", [time.STAMP] = "Mar  5 09:07:04", [time.STAMP_MILLI] = "Mar  5 09:07:04.120", [time.STAMP_MICRO] = "Mar  5 09:07:04.120000",
  [time.STAMP_NANO] = "Mar  5 09:07:04.120000000", ["Monday Jan 2 06 3pm"] = "Tuesday Mar 5 24 9am", ["002 __2 _2"] = "065  65  5", ["no parts"] = "no parts", [""] = "",
} do
  assert(t:format(layout) == text, layout .. ": " .. t:format(layout))
end
for _, layout in ipairs{time.RFC3339NANO, time.RFC822Z, time.RFC1123, time.RFC1123Z, time.RFC850, "2006-002 15:04:05.000000000 -07:00", "Jan _2 2006 03:04:05.000 PM MST"} do
  local text = t:format(layout)
  local back = assert(time.parse(layout, text, zone))
  assert(back:format(layout) == text and back:format("15:04 -0700") == "09:07 -0500", layout)
end
local local_time = time.parse("2006-01-02 15:04", "2024-07-01 12:00", zone)
assert(local_time:unix() == time.date(2024, 7, 1, 16, 0, 0, 0, time.utc):unix() and local_time:location():string() == "America/New_York") -- lint: ignore E0023
assert(time.parse(time.RFC3339, "2024-07-01T12:00:00Z"):location():string() == "UTC") -- lint: ignore E0023
assert(time.parse("2006-01-02", "2024-07-01"):location():string() == "Local") -- lint: ignore E0023
assert(time.parse(time.DATE_TIME, "2024-07-01 12:00:00.5", time.utc):nanosecond() == 500000000) -- lint: ignore E0023
assert(time.parse("3:04PM", "12:30AM", time.utc):hour() == 0 and time.parse("3:04PM", "12:30pm", time.utc):hour() == 12) -- lint: ignore E0023
assert(time.parse("Jan 2 06", "feb 3 68", time.utc):year() == 2068 and time.parse("06", "69", time.utc):year() == 1969) -- lint: ignore E0023
for _, case in ipairs{{"2006-01-02", "2024-13-01"}, {"2006-01-02", "2024-02-30"}, {"2006-01-02", "24-01-01"}, {"2006-01-02", "2024-01-01x"}, {"15:04", "25:00"}, {"Jan", "Foo"}, {time.RFC3339, ""}, {"", "x"}} do
  local none, err = time.parse(case[1], case[2])
  assert(none == nil and errors.is(err, errors.INVALID) and err:message():find(case[2], 1, true), case[2])
end
assert(not pcall(time.parse, "2006") and not pcall(time.parse, {}, "x") and not pcall(time.parse, "2006", "2024", "UTC") and not pcall(t.format, t)) -- lint: ignore E0000, E0003
