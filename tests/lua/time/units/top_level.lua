-- time: moments, durations and zones of the top level are values like any others.
-- modules: time
local time = require("time")
local epoch = time.unix(0, 0):utc()
local minute = time.parse_duration("1m")
local zone = time.fixed_zone("east", 3600)
local leap = time.date(2024, 2, 29, 12, 0, 0, 0, zone)
local text = tostring(minute) .. " " .. leap:format("2006-01-02 15:04")
local unix = leap:unix()

return function()
  assert(text == "1m0s 2024-02-29 12:00", text)
  assert(epoch:add(minute):unix() == 60 and epoch == time.unix(0, 0)) -- lint: ignore E0000
  assert(leap:location():string() == "east" and leap:unix() == unix)
  assert(leap:sub(epoch):hours() * 3600 == unix)
  assert(tostring(leap) == tostring(time.date(2024, 2, 29, 12, 0, 0, 0, zone)))
  return 0
end
