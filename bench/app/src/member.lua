-- One of a crowd: sends the time to a random other member every second, and counts how late what it gets is.
local time = require("time")

local STEP = 100000 -- nanoseconds of a place in the histogram

local function main(first, count, seconds, collector)
    local inbox = process.inbox()
    local place = process.pid():match("^(.*|)")
    time.sleep(math.random(0, 999) .. "ms")
    local ticker = time.ticker("1s")
    local ticks = ticker:channel()
    local late, got, sent, refused = {}, 0, 0, 0
    local cases = {inbox:case_receive(), ticks:case_receive()}
    local over = nil
    while true do
        local r = channel.select(cases)
        if r.channel == over then
            break
        elseif r.channel == inbox then
            local at = (time.now():unix_nano() - r.value:payload():data()) // STEP
            late[at] = (late[at] or 0) + 1
            got = got + 1
        else
            local other = string.format("%s%x}", place, first + math.random(0, count - 1))
            if not process.send(other, "hi", time.now():unix_nano()) then
                refused = refused + 1
            end
            sent = sent + 1
            if sent == seconds then
                -- Others still write; the last of them began a second later.
                ticker:stop()
                over = time.after("2s")
                cases = {inbox:case_receive(), over:case_receive()}
            end
        end
    end
    process.send(collector, "report", {late = late, got = got, sent = sent, refused = refused})
end

return {main = main}
