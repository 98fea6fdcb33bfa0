-- An event emitter with one-shot listeners and removal during emit.
local Emitter = {}
Emitter.__index = Emitter

function Emitter.new()
    local self = setmetatable({}, Emitter)
    self.listeners = {}
    self.emitted = 0
    return self
end

function Emitter:add(event, fn, once)
    local list = self.listeners[event]
    if not list then
        list = {}
        self.listeners[event] = list
    end
    list[#list + 1] = { fn = fn, once = once }
    return self
end

function Emitter:on(event, fn)
    return self:add(event, fn, false)
end

function Emitter:once(event, fn)
    return self:add(event, fn, true)
end

function Emitter:off(event, fn)
    local list = self.listeners[event]
    if not list then
        return 0
    end
    local removed = 0
    for i = #list, 1, -1 do
        if list[i].fn == fn then
            table.remove(list, i)
            removed = removed + 1
        end
    end
    return removed
end

function Emitter:emit(event, ...)
    self.emitted = self.emitted + 1
    local list = self.listeners[event]
    if list == nil then
        return false
    end
    local copy = {}
    for i, item in ipairs(list) do
        copy[i] = item
    end
    for _, item in ipairs(copy) do
        if item.once then
            self:off(event, item.fn)
        end
        item.fn(...)
    end
    return #copy > 0
end

function Emitter:count(event)
    local list = self.listeners[event]
    return list and #list or 0
end

--@ run: local em, log = Emitter.new(), {}
--@ run: local function add(x) log[#log + 1] = x end
--@ run: em:on("data", add):once("data", function(x) add(x * 2) end)
--@ run: assert(em:emit("data", 5) and em:emit("data", 7) and not em:emit("none"))
--@ run: assert(table.concat(log, ",") == "5,10,7")
--@ run: assert(em:count("data") == 1 and em:off("data", add) == 1 and em:count("x") == 0)
--@ run: assert(em.emitted == 3)
--@ twin E0004: "self.emitted = self.emitted + 1" => "self.emitted = self.emited + 1"
--@ twin E0022: "self:off(event, item.fn)" => "self:of(event, item.fn)"
--@ twin E0004: "table.remove(list, i)" => "table.delete(list, i)"
--@ twin E0002: "self.emitted = self.emitted + 1" => "self.emitted = self.emitted()"
