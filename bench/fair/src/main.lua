-- `run fair [SAMPLES]`: starts the loops, then measures how late a 5 ms sleep wakes and how long a trivial spawn
-- takes until its end is known. Prints `name<TAB>samples<TAB>p99 in ms<TAB>worst in ms`, then
-- `starved<TAB>loops that did not get on`, and stays, so that the caller can send requests beside the loops.
local io = require("io")
local time = require("time")

local HOST = "fair:host"
local LOOPS = 8
local SLEEP_MS = 5
-- Signs of life that a loop owes; it sends one in a fraction of a second.
local BEATS = 3

local beats = {}

local function count_beats()
    local inbox = process.inbox()
    while true do
        local message, open = inbox:receive()
        if not open then
            return
        end
        if message:topic() == "beat" then
            local number = message:payload():data()
            beats[number] = beats[number] + 1
        end
    end
end

local function start_loops()
    local home = tostring(process.pid())
    for number = 1, LOOPS do
        beats[number] = 0
        local _, err = process.spawn("fair:loop", HOST, home, number)
        if err then
            error("spawn: " .. tostring(err))
        end
    end
    coroutine.spawn(count_beats)
end

local function milliseconds(started)
    return time.now():sub(started):microseconds() / 1000
end

local function report(name, samples)
    table.sort(samples)
    local p99 = samples[math.ceil(#samples * 0.99)]
    io.print(string.format("%s\t%d\t%.3f\t%.3f", name, #samples, p99, samples[#samples]))
    io.flush()
end

local function sleeps(n)
    local samples = {}
    for i = 1, n do
        local t0 = time.now()
        time.sleep(SLEEP_MS .. "ms")
        samples[i] = milliseconds(t0) - SLEEP_MS
    end
    report("sleep", samples)
end

local function spawns(n)
    local events = process.events()
    local samples = {}
    for i = 1, n do
        local t0 = time.now()
        local _, err = process.spawn_monitored("fair:brief", HOST)
        if err then
            error("spawn: " .. tostring(err))
        end
        events:receive()
        samples[i] = milliseconds(t0)
    end
    report("spawn", samples)
end

local function starved()
    local hungry = 0
    for number = 1, LOOPS do
        if beats[number] < BEATS then
            hungry = hungry + 1
        end
    end
    return hungry
end

local function main(samples)
    local n = tonumber(samples) or 1000
    start_loops()
    local ok, err = pcall(function()
        sleeps(n)
        spawns(n)
    end)
    if not ok then
        io.print("ERROR\t" .. tostring(err))
        io.flush()
        return 1
    end
    for _ = 1, 100 do
        if starved() == 0 then
            break
        end
        time.sleep("100ms")
    end
    io.print("starved\t" .. tostring(starved()))
    io.flush()
    time.sleep("10m")
    return 0
end

return {main = main}
