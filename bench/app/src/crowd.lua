local io = require("io")
local time = require("time")

-- crowd N SECONDS: N members send each other messages, one a second each; prints how late they came.
local function main(number, duration)
    local n, seconds = math.tointeger(tonumber(number) or 1000) or 1000, math.tointeger(tonumber(duration) or 10) or 10
    local inbox = process.inbox()
    -- The numbers of PIDs follow each other as long as nobody else spawns.
    local probe = assert(process.spawn("bench:brief", "bench:host"))
    local before = assert(tonumber(probe:match("|(%x+)}$"), 16))
    for i = 1, n do
        local pid, err = process.spawn("bench:member", "bench:host", before + 1, n, seconds, process.pid())
        if err then
            io.print("ERROR spawn " .. tostring(err))
            return 1
        end
        if tonumber(pid:match("|(%x+)}$"), 16) ~= before + i then
            io.print("ERROR somebody else spawns")
            return 1
        end
    end
    local late, got, sent, refused, top = {}, 0, 0, 0, 0
    for _ = 1, n do
        local report = inbox:receive():payload():data()
        got, sent, refused = got + report.got, sent + report.sent, refused + report.refused
        for at, times in pairs(report.late) do
            late[at] = (late[at] or 0) + times
            top = math.max(top, at)
        end
    end
    local function percentile(share)
        local seen = 0
        for at = 0, top do
            seen = seen + (late[at] or 0)
            if seen >= got * share then
                return (at + 1) / 10
            end
        end
        return (top + 1) / 10
    end
    io.print(string.format("crowd\t%d\t%.1f\t%.1f\t%.1f\t%d\t%d", got, percentile(0.5), percentile(0.99), (top + 1) / 10, sent, refused))
    io.flush()
    return 0
end

return {main = main}
