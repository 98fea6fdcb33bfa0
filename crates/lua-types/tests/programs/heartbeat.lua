-- Sends heartbeats by a ticker until a number was sent or the process is canceled.
-- modules: time
local time = require("time")

local Heartbeat = {}
Heartbeat.__index = Heartbeat

function Heartbeat.new(target, opts)
    opts = opts or {}
    local self = setmetatable({}, Heartbeat)
    self.target = target
    self.interval = opts.interval or "50ms"
    self.max = opts.max or math.huge
    self.sent = 0
    self.failed = 0
    self.started = time.now()
    return self
end

function Heartbeat:beat()
    local ok, err = process.send(self.target, "heartbeat", { n = self.sent + 1, from = process.id() })
    if ok then
        self.sent = self.sent + 1
    else
        self.failed = self.failed + 1
    end
    return err
end

function Heartbeat:uptime()
    return time.now():sub(self.started):milliseconds()
end

function Heartbeat:run()
    local ticker, err = time.ticker(self.interval)
    if not ticker then
        return nil, err
    end
    local ticks, lifecycle = ticker:channel(), process.events()
    local reason = "done"
    while self.sent + self.failed < self.max do
        local got = channel.select({ lifecycle:case_receive(), ticks:case_receive() })
        if got.channel == lifecycle then
            if got.value.kind == process.event.CANCEL then
                reason = "canceled"
                break
            end
        elseif got.ok then
            self:beat()
        end
    end
    ticker:stop()
    return reason
end

local function collect(inbox, n, timeout)
    local timer, err = time.timer(timeout)
    if not timer then
        return nil, err
    end
    local beats = {}
    while #beats < n do
        local got = channel.select({ inbox:case_receive(), timer:channel():case_receive() })
        if got.channel == inbox then
            beats[#beats + 1] = got.value
        else
            return nil, "timeout"
        end
    end
    timer:stop()
    return beats
end

--@ run: local mail = assert(process.listen("heartbeat"))
--@ run: local h = Heartbeat.new(process.pid(), { interval = "1ms", max = 3 })
--@ run: assert(h:run() == "done" and h.sent == 3 and h:uptime() >= 2)
--@ run: local beats = assert(collect(mail, 3, "5s"))
--@ run: assert(#beats == 3 and select(2, collect(mail, 1, "1ms")) == "timeout")
--@ run: local lost = Heartbeat.new("nobody", { interval = "1ms", max = 2 })
--@ run: assert(lost:run() == "done" and lost.failed == 2 and Heartbeat.new("x", { interval = "often" }):run() == nil)
--@ twin E0022: "return time.now():sub(self.started):milliseconds()" => "return time.now():minus(self.started):milliseconds()"
--@ twin E0004: "local ticker, err = time.ticker(self.interval)" => "local ticker, err = time.interval(self.interval)"
--@ twin E0022: "ticker:stop()" => "ticker:cancel()"
--@ twin E0004: "self.failed = self.failed + 1" => "self.failed = self.failures + 1"
