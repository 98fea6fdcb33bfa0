-- os.date: the specifiers, in UTC; unknown ones stay as written.
local t = 1709210096 -- 2024-02-29 12:34:56 UTC, a Thursday
local function is(format, text)
  local got = os.date("!" .. format, t)
  assert(got == text, format .. ": " .. got)
end
is("%Y-%m-%d %H:%M:%S", "2024-02-29 12:34:56") is("%y %I %p", "24 12 PM") is("%A %a %B %b", "Thursday Thu February Feb")
is("%w %j", "4 060") is("%U %W", "09 09") is("%z %Z", "+0000 UTC") is("%c", "Thu Feb 29 12:34:56 2024")
is("%x", "02/29/24") is("%X", "12:34:56") is("100%%", "100%") is("%Q%", "%Q%") is("", "") is("é %d", "é 29")
assert(os.date("!%I %p", 0) == "12 AM" and os.date("!%c", 0) == "Thu Jan  1 00:00:00 1970" and os.date("!%I%p", 13 * 3600) == "01PM")
assert(os.date("!%Y", -1) == "1969" and os.date("!%S", 1.9) == "01")
local parts = os.date("!*t", t)
assert(parts.year == 2024 and parts.month == 2 and parts.day == 29 and parts.hour == 12 and parts.min == 34 and parts.sec == 56)
assert(parts.wday == 5 and parts.yday == 60 and parts.isdst == false)
assert(os.date() == os.date("%c") or os.date() == os.date("%c"))
assert(not pcall(os.date, {}) and not pcall(os.date, "%c", "x") and not pcall(os.date, "%c", 1e18)) -- lint: ignore E0000
