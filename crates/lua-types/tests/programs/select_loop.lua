-- A process that waits for mail, lifecycle events and a timer at once.
-- modules: time
local time = require("time")

local DEFAULTS = { idle = "200ms", limit = 100 }

local Session = {}
Session.__index = Session

function Session.new(opts)
    opts = opts or {}
    local self = setmetatable({}, Session)
    self.idle = opts.idle or DEFAULTS.idle
    self.limit = opts.limit or DEFAULTS.limit
    self.messages = {}
    self.closed = nil
    return self
end

function Session:store(message)
    local payload = message:payload()
    self.messages[#self.messages + 1] = { topic = message:topic(), data = payload and payload:data() }
    if #self.messages >= self.limit then
        self.closed = "limit"
    end
end

function Session:on_event(event)
    if event.kind == process.event.CANCEL then
        self.closed = "canceled"
    elseif event.kind == process.event.EXIT then
        self.messages[#self.messages + 1] = { topic = "exit", data = event.from }
    end
end

local function main(opts)
    local session = Session.new(opts)
    local inbox, lifecycle = process.inbox(), process.events()
    while not session.closed do
        local idle, err = time.after(session.idle)
        if not idle then
            return nil, err
        end
        local result = channel.select({
            inbox:case_receive(),
            lifecycle:case_receive(),
            idle:case_receive(),
        })
        if result.channel == inbox then
            session:store(result.value)
        elseif result.channel == lifecycle then
            session:on_event(result.value)
        else
            session.closed = "idle"
        end
    end
    return { reason = session.closed, count = #session.messages, messages = session.messages }
end

--@ run: local me = process.pid()
--@ run: process.send(me, "a", 1)
--@ run: process.send(me, "b", { x = 2 })
--@ run: local out = assert(main({ idle = "20ms" }))
--@ run: assert(out.reason == "idle" and out.count == 2)
--@ run: process.send(me, "c")
--@ run: out = assert(main({ limit = 1 }))
--@ run: assert(out.reason == "limit" and out.count == 1)
--@ run: assert(main({ idle = "soon" }) == nil)
--@ twin E0004: "if event.kind == process.event.CANCEL then" => "if event.kind == process.event.CANCELED then"
--@ twin E0022: "session:store(result.value)" => "session:stor(result.value)"
--@ twin E0022: "inbox:case_receive()," => "inbox:case_recv(),"
