-- A process that counts: commands arrive in the inbox, answers go to the sender.
local Counter = {}
Counter.__index = Counter

function Counter.new()
    return setmetatable({ values = {}, handled = 0 }, Counter)
end

function Counter:increment(name, by)
    local value = (self.values[name] or 0) + (by or 1)
    self.values[name] = value
    return value
end

function Counter:get(name)
    return self.values[name] or 0
end

local handlers = {}

function handlers.increment(counter, data)
    return { value = counter:increment(data.name, data.by) }
end

function handlers.get(counter, data)
    return { value = counter:get(data.name) }
end

function handlers.reset(counter)
    counter.values = {}
    return { value = 0 }
end

local function reply(message, body)
    local sender = message:from()
    if not sender then
        return false
    end
    local ok, err = process.send(sender, "reply", body)
    if err then
        return false, tostring(err)
    end
    return ok
end

local function data_of(message)
    local payload = message:payload()
    if payload == nil then
        return {}
    end
    local data, err = payload:data()
    if err or type(data) ~= "table" then
        return {}
    end
    return data
end

local function main()
    local counter = Counter.new()
    local inbox = process.inbox()
    while true do
        local message, ok = inbox:receive()
        if not ok then
            break
        end
        counter.handled = counter.handled + 1
        local topic = message:topic()
        if topic == "stop" then
            break
        end
        local handler = handlers[topic]
        if handler then
            reply(message, handler(counter, data_of(message)))
        else
            reply(message, { error = "unknown command " .. topic })
        end
    end
    return counter.handled
end

--@ run: local me = process.pid()
--@ run: local replies = process.listen("reply")
--@ run: process.send(me, "increment", { name = "a", by = 5 })
--@ run: process.send(me, "increment", { name = "a" })
--@ run: process.send(me, "get", { name = "a" })
--@ run: process.send(me, "dance")
--@ run: process.send(me, "stop")
--@ run: assert(main() == 5 and replies)
--@ run: assert(replies:receive().value == 5 and replies:receive().value == 6 and replies:receive().value == 6)
--@ run: assert(replies:receive().error == "unknown command dance")
--@ twin E0004: "local inbox = process.inbox()" => "local inbox = process.mailbox()"
--@ twin E0022: "local message, ok = inbox:receive()" => "local message, ok = inbox:recieve()"
--@ twin E0003: "local ok, err = process.send(sender, "reply", body)" => "local ok, err = process.send(sender)"
--@ twin E0004: "return counter.handled" => "return counter.handld"
