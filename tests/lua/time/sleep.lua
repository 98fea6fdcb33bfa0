-- time.sleep: suspends one coroutine, in order of time; zero and less return at once.
-- modules: time
local time = require("time")
local order, done = {}, channel.new()
for _, ms in ipairs{30, 10, 20} do
  coroutine.spawn(function()
    time.sleep(ms * time.MILLISECOND)
    order[#order + 1] = ms
    done:send(true)
  end)
end
local before = time.now()
for _ = 1, 3 do done:receive() end
assert(table.concat(order, " ") == "10 20 30", table.concat(order, " "))
assert(time.now():sub(before):milliseconds() >= 29)
before = time.now()
assert(select("#", time.sleep("5ms")) == 0 and time.now():sub(before):milliseconds() >= 5)
time.sleep(0) time.sleep(-5) time.sleep("0s") time.sleep(0.01) time.sleep(time.parse_duration("1ms")) -- lint: ignore E0000
local none, err = time.sleep("soon")
assert(none == nil and errors.is(err, errors.INVALID))
assert(not pcall(time.sleep) and not pcall(time.sleep, {})) -- lint: ignore E0000, E0003
-- inside pcall, metamethods and coroutines made by hand
assert(pcall(time.sleep, "1ms"))
assert(setmetatable({}, {__index = function() time.sleep("1ms") return 7 end}).x == 7)
local co = coroutine.wrap(function() time.sleep("1ms") coroutine.yield(1) time.sleep("1ms") return 2 end)
assert(co() == 1 and co() == 2)
