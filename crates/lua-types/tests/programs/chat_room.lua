-- A chat room process: members join and leave, what one says goes to all others.
local Room = {}
Room.__index = Room

function Room.new(name)
    local self = setmetatable({}, Room)
    self.name = name
    self.members = {}
    self.count = 0
    self.history = {}
    self.open = true
    return self
end

function Room:broadcast(topic, data, except)
    local reached = 0
    for pid in pairs(self.members) do
        if pid ~= except and process.send(pid, topic, data) then
            reached = reached + 1
        end
    end
    return reached
end

function Room:join(pid, nick)
    if self.members[pid] then
        return false
    end
    self.members[pid] = { nick = nick or "guest", said = 0 }
    self.count = self.count + 1
    self:broadcast("joined", { nick = nick, count = self.count }, pid)
    return true
end

function Room:leave(pid)
    local member = self.members[pid]
    if member == nil then
        return false
    end
    self.members[pid] = nil
    self.count = self.count - 1
    self:broadcast("left", { nick = member.nick, said = member.said })
    return true
end

function Room:say(pid, text)
    local member = self.members[pid]
    if not member then
        return 0
    end
    member.said = member.said + 1
    local line = member.nick .. ": " .. text
    self.history[#self.history + 1] = line
    if #self.history > 50 then
        table.remove(self.history, 1)
    end
    return self:broadcast("said", line, pid)
end

local actions = {
    join = function(room, pid, data) return room:join(pid, data) end,
    leave = function(room, pid) return room:leave(pid) end,
    say = function(room, pid, data) return room:say(pid, data) end,
    close = function(room)
        room.open = false
        return room:broadcast("closed", room.name)
    end,
}

local function main(name)
    local room = Room.new(name or "lobby")
    local inbox = process.inbox()
    while room.open do
        local message, ok = inbox:receive()
        if not ok then
            return nil
        end
        local sender = message:from()
        local action = actions[message:topic()]
        if action and sender then
            local content = message:payload()
            action(room, sender, content and content:data())
        end
    end
    return #room.history
end

--@ run: local me, closed = process.pid(), process.listen("closed")
--@ run: process.send(me, "join", "Ann")
--@ run: process.send(me, "say", "hello")
--@ run: process.send(me, "shout", "?")
--@ run: process.send(me, "say", "again")
--@ run: process.send(me, "close")
--@ run: assert(main("bar") == 2 and closed and closed:receive() == "bar")
--@ run: local room = Room.new("x")
--@ run: assert(room:join(me, "a") and not room:join(me, "a") and room:leave(me) and not room:leave(me) and room:say(me, "x") == 0)
--@ twin E0022: "return self:broadcast("said", line, pid)" => "return self:brodcast("said", line, pid)"
--@ twin E0022: "local message, ok = inbox:receive()" => "local message, ok = inbox:take()"
--@ twin E0003: "if pid ~= except and process.send(pid, topic, data) then" => "if pid ~= except and process.send(pid) then"
--@ twin E0004: "return #room.history" => "return #room.log"
