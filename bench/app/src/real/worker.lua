-- A worker of realistic size: it checks orders, plans work, counts, answers. Idle most of its life.
local json = require("json")
local time = require("time")
local logger = require("logger")
local schema = require("schema")
local plan = require("plan")
local words = require("words")

local log = logger:named("worker")

local TOPICS = { order = true, cancel = true, report = true, limits = true, stop = true }
local PAUSE = time.parse_duration("250ms")

local Order = schema.record({
    id = schema.id,
    customer = schema.email,
    priority = schema.default(schema.enum({ values = { "low", "normal", "high" } }), "normal"),
    lines = schema.list({
        min = 1,
        of = schema.record({
            article = schema.id,
            count = schema.integer({ min = 1, max = 1000 }),
            price = schema.number({ min = 0 }),
        }),
    }),
    note = schema.optional(schema.string({ max = 500 })),
}, { strict = true })

local Limits = schema.record({
    most = schema.optional(schema.integer({ min = 1, max = 10000 })),
    attempts = schema.optional(schema.integer({ min = 1, max = 20 })),
})

local Worker = {}
Worker.__index = Worker

local function total(order)
    local sum = 0
    for _, line in ipairs(order.lines) do
        sum = sum + line.count * line.price
    end
    return sum
end

function Worker.new(name)
    return setmetatable({
        name = name,
        orders = {},
        started = time.now():unix(),
        errors = 0,
    }, Worker)
end

function Worker:planned()
    if not self.plan then
        self.plan = plan.new({ most = 50, window = 1 })!
    end
    return self.plan
end

function Worker:now()
    return time.now():unix()
end

function Worker:refuse(topic, err)
    self.errors = self.errors + 1
    log:warn("refused", { topic = topic, path = err.path, message = err.message })
    return nil, err.path .. ": " .. err.message
end

function Worker:order(data)
    local order, err = Order:run(data)
    if err then
        return self:refuse("order", err)
    end
    if self.orders[order.id] then
        return nil, "order " .. order.id .. " is known"
    end
    local number, wait = self:planned():add(order.customer, order.id, self:now())
    if not number then
        return nil, "too many orders, wait " .. tostring(wait) .. " s"
    end
    order.total = total(order)
    self.orders[order.id] = order
    return number
end

function Worker:cancel(data)
    local order = self.orders[data.id]
    if not order then
        return nil, "no order " .. tostring(data.id)
    end
    self.orders[data.id] = nil
    return true
end

function Worker:limits(data)
    local limits, err = Limits:run(data)
    if err then
        return self:refuse("limits", err)
    end
    for key, value in pairs(limits) do
        self:planned().options[key] = value
    end
    return self:planned().options
end

function Worker:report()
    local grid = words.grid("order", "customer", "total")
    for id, order in pairs(self.orders) do
        grid:add(id, order.customer, string.format("%.2f", order.total))
    end
    local age = self:now() - self.started
    local head = words.summary:render({ name = self.name, counts = self:planned().counts:text(), age = age })
    return head .. "\n" .. grid:text()
end

function Worker:work()
    local now = self:now()
    while self:planned():step(now, function(_, id)
        local order = self.orders[id]
        if order then
            order.done = true
        end
    end) do end
end

function Worker:handle(topic, data)
    if not TOPICS[topic] then
        return nil, "no topic " .. topic
    end
    local result, err = self[topic](self, data)
    self:work()
    return result, err
end

local function main()
    local worker = Worker.new("orders")
    local inbox = process.inbox()
    while true do
        local msg, ok = inbox:receive()
        if not ok or msg:topic() == "stop" then
            break
        end
        local data = msg:payload():data() or {}
        local result, err = worker:handle(msg:topic(), data)
        if data.reply_to then
            process.send(data.reply_to, "reply", json.encode({ result = result, error = err, pause = tostring(PAUSE) }))
        end
    end
    return worker.errors
end

return { main = main, Worker = Worker }
