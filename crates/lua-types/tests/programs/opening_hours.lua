-- Opening hours: parses times of day, compares moments, counts business days.
-- modules: time
local time = require("time")

local WEEK = {
    [time.MONDAY] = { open = "09:00", close = "18:00" },
    [time.TUESDAY] = { open = "09:00", close = "18:00" },
    [time.SATURDAY] = { open = "10:00", close = "14:00" },
}

local function minutes_of(text)
    local h, m = string.match(text, "^(%d%d):(%d%d)$")
    local hours, minutes = tonumber(h), tonumber(m)
    if not hours or not minutes then
        return nil, "bad time of day " .. text
    end
    return hours * 60 + minutes
end

local function is_open(moment)
    local day = WEEK[moment:weekday()]
    if not day then
        return false
    end
    local open, close = minutes_of(day.open), minutes_of(day.close)
    if not open or not close then
        return false
    end
    local now = moment:hour() * 60 + moment:minute()
    return now >= open and now < close
end

local function at(year, month, day, hour, minute)
    return time.date(year, month, day, hour or 0, minute or 0, 0, 0, time.utc)
end

local function business_days(from, to)
    local count = 0
    local day = from
    while day:before(to) do
        local weekday = day:weekday()
        if weekday ~= time.SATURDAY and weekday ~= time.SUNDAY then
            count = count + 1
        end
        day = day:add_date(0, 0, 1)
    end
    return count
end

local function parse_day(text)
    local moment, err = time.parse(time.DATE_ONLY, text, time.utc)
    if not moment then
        return nil, "cannot read " .. text .. ": " .. tostring(err)
    end
    return moment
end

local function days_between(a, b)
    local first, second = parse_day(a), parse_day(b)
    if not first or not second then
        return nil
    end
    local span = second:sub(first)
    return math.floor(span:hours() / 24)
end

local function reminder(text, before)
    local moment, err = parse_day(text)
    if not moment then
        return nil, err
    end
    local earlier, bad = moment:add("-" .. before)
    if not earlier then
        return nil, tostring(bad)
    end
    return earlier:format(time.DATE_TIME)
end

--@ run: local monday = at(2024, time.JANUARY, 1, 12, 30)
--@ run: assert(is_open(monday) and not is_open(at(2024, 1, 7, 12)) and not is_open(at(2024, 1, 6, 15)))
--@ run: assert(business_days(monday, at(2024, 1, 15, 12, 30)) == 10 and days_between("2024-02-28", "2024-03-01") == 2)
--@ run: assert(parse_day("soon") == nil and days_between("x", "y") == nil and minutes_of("9:00") == nil)
--@ run: assert(reminder("2024-03-01", "1h30m") == "2024-02-29 22:30:00" and reminder("2024-03-01", "x") == nil)
--@ twin E0022: "local span = second:sub(first)" => "local span = second:subtract(first)"
--@ twin E0023: "return earlier:format(time.DATE_TIME)" => "return parse_day(text):format(time.DATE_TIME)"
--@ twin E0004: "if weekday ~= time.SATURDAY and weekday ~= time.SUNDAY then" => "if weekday ~= time.SATURDAY and weekday ~= time.SUNNDAY + 0 then"
--@ twin E0019: "return math.floor(span:hours() / 24)" => "return math.floor(span / 24)"
