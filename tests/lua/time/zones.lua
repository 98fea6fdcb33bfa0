-- time: zones by name and offset, summer time, the same moment seen from elsewhere.
-- modules: time
local time = require("time")
local berlin = assert(time.load_location("Europe/Berlin"))
assert(berlin:string() == "Europe/Berlin" and tostring(berlin) == "Europe/Berlin" and time.load_location("UTC"):string() == "UTC") -- lint: ignore E0023
local winter, summer = time.date(2024, 1, 1, 12, 0, 0, 0, berlin), time.date(2024, 7, 1, 12, 0, 0, 0, berlin)
assert(winter:format("MST -0700") == "CET +0100" and summer:format("MST -0700") == "CEST +0200")
assert(winter:utc():hour() == 11 and summer:utc():hour() == 10 and winter:utc():location():string() == "UTC" and winter:in_local():location():string() == "Local")
local east = time.fixed_zone("EAST", 5 * 3600 + 1800)
local there = winter:in_location(east)
assert(there:equal(winter) and there:format("15:04 MST -07:00") == "16:30 EAST +05:30" and there:location():string() == "EAST")
assert(tostring(time.date(2024, 1, 1, 0, 0, 0, 0, time.fixed_zone("", -3600))) == "2024-01-01 00:00:00 -0100 -0100")
local none, err = time.load_location("Nowhere/City")
assert(none == nil and errors.is(err, errors.NOT_FOUND) and err:message():find("Nowhere/City", 1, true))
none, err = time.load_location("")
assert(none == nil and errors.is(err, errors.INVALID))
assert(not pcall(time.load_location) and not pcall(time.fixed_zone, "X") and not pcall(time.fixed_zone, "X", 1000000)) -- lint: ignore E0003
assert(not pcall(time.fixed_zone, ("x"):rep(257), 0) and time.fixed_zone(("x"):rep(256), 0):string() == ("x"):rep(256))
