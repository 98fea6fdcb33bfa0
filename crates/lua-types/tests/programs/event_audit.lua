-- Subscribes to events of orders and keeps an audit trail of them.
-- modules: events
local events = require("events")

local SYSTEM = "shop"
local KINDS = { created = "order.created", paid = "order.paid", shipped = "order.shipped" }

local Audit = {}
Audit.__index = Audit

function Audit.new(pattern)
    local subscription, err = events.subscribe(SYSTEM, pattern or "order.*")
    if not subscription then
        return nil, err
    end
    local self = setmetatable({}, Audit)
    self.subscription = subscription
    self.source = subscription:channel()
    self.entries = {}
    self.by_order = {}
    return self
end

function Audit:record(event)
    local order = string.match(event.path, "^/orders/(%w+)$")
    if not order then
        return false
    end
    local entry = { order = order, kind = event.kind, amount = event.data and event.data.amount or 0 }
    self.entries[#self.entries + 1] = entry
    local list = self.by_order[order] or {}
    list[#list + 1] = entry
    self.by_order[order] = list
    return true
end

function Audit:take(n)
    local taken = 0
    for _ = 1, n do
        local event, ok = self.source:receive()
        if not ok then
            break
        end
        if self:record(event) then
            taken = taken + 1
        end
    end
    return taken
end

function Audit:close()
    self.subscription:close()
end

function Audit:history(order)
    local kinds = {}
    for _, entry in ipairs(self.by_order[order] or {}) do
        local short = entry.kind:gsub("^order%.", "")
        kinds[#kinds + 1] = short
    end
    return table.concat(kinds, ",")
end

local function publish(kind, order, amount)
    local ok, err = events.send(SYSTEM, kind, "/orders/" .. order, { amount = amount })
    if not ok then
        error(err)
    end
end

local function total(audit)
    local sum = 0
    for _, entry in ipairs(audit.entries) do
        sum = sum + entry.amount
    end
    return sum
end

--@ run: local audit = assert(Audit.new())
--@ run: publish(KINDS.created, "a1", 10)
--@ run: publish(KINDS.created, "b2")
--@ run: publish(KINDS.paid, "a1", 10)
--@ run: assert(events.send(SYSTEM, KINDS.shipped, "/elsewhere"))
--@ run: assert(audit:take(4) == 3 and audit:history("a1") == "created,paid" and total(audit) == 20)
--@ run: audit:close()
--@ run: assert(audit:take(1) == 0)
--@ twin E0003: "local ok, err = events.send(SYSTEM, kind, "/orders/" .. order, { amount = amount })" => "local ok, err = events.send(SYSTEM, kind)"
--@ twin E0022: "self.source = subscription:channel()" => "self.source = subscription:chanel()"
--@ twin E0022: "self.subscription:close()" => "self.subscription:stop()"
