-- A plan of work: a priority queue, retries with growing pauses, limits per key, counts of what happened.
local schema = require("schema")

local plan = {}

local Heap = {}
Heap.__index = Heap

function Heap.new(less)
    return setmetatable({ items = {}, less = less }, Heap)
end

function Heap:push(item)
    local items = self.items
    items[#items + 1] = item
    local at = #items
    while at > 1 do
        local parent = at // 2
        if not self.less(items[at], items[parent]) then
            break
        end
        items[at], items[parent] = items[parent], items[at]
        at = parent
    end
end

function Heap:pop()
    local items = self.items
    local top = items[1]
    if not top then
        return nil
    end
    local last = table.remove(items)
    if #items > 0 then
        items[1] = last
        local at = 1
        while true do
            local child = at * 2
            if child > #items then
                break
            end
            if child < #items and self.less(items[child + 1], items[child]) then
                child = child + 1
            end
            if not self.less(items[child], items[at]) then
                break
            end
            items[at], items[child] = items[child], items[at]
            at = child
        end
    end
    return top
end

function Heap:peek()
    return self.items[1]
end

function Heap:size()
    return #self.items
end

local Limit = {}
Limit.__index = Limit

function Limit.new(most, window)
    return setmetatable({ most = most, window = window, seen = {} }, Limit)
end

function Limit:take(key, now)
    local slot = self.seen[key]
    if not slot or now - slot.from >= self.window then
        self.seen[key] = { from = now, count = 1 }
        return true
    end
    if slot.count >= self.most then
        return false, slot.from + self.window - now
    end
    slot.count = slot.count + 1
    return true
end

function Limit:forget(now)
    for key, slot in pairs(self.seen) do
        if now - slot.from >= self.window then
            self.seen[key] = nil
        end
    end
end

local Counts = {}
Counts.__index = Counts

function Counts.new(...)
    local counts = setmetatable({}, Counts)
    for i = 1, select("#", ...) do
        counts[(select(i, ...))] = 0
    end
    return counts
end

function Counts:add(name, by)
    self[name] = (self[name] or 0) + (by or 1)
end

function Counts:text()
    local names, parts = {}, {}
    for name in pairs(self) do
        names[#names + 1] = name
    end
    table.sort(names)
    for i, name in ipairs(names) do
        parts[i] = name .. "=" .. tostring(self[name])
    end
    return table.concat(parts, " ")
end

local options = schema.record({
    most = schema.default(schema.integer({ min = 1 }), 100),
    window = schema.default(schema.number({ min = 0.001 }), 1),
    attempts = schema.default(schema.integer({ min = 1, max = 20 }), 5),
    pause = schema.default(schema.number({ min = 0 }), 0.1),
    factor = schema.default(schema.number({ min = 1 }), 2),
    longest = schema.default(schema.number({ min = 0 }), 30),
})

local Plan = {}
Plan.__index = Plan

local function earlier(a, b)
    if a.at == b.at then
        return a.number < b.number
    end
    return a.at < b.at
end

function plan.new(given)
    local checked, err = options:run(given or {})
    if err then
        return nil, err
    end
    return setmetatable({
        options = checked,
        heap = Heap.new(earlier),
        limit = Limit.new(checked.most, checked.window),
        counts = Counts.new("added", "done", "failed", "retried", "refused"),
        number = 0,
    }, Plan)
end

function Plan:add(key, work, now)
    local ok, wait = self.limit:take(key, now)
    if not ok then
        self.counts:add("refused")
        return nil, wait
    end
    self.number = self.number + 1
    self.heap:push({ key = key, work = work, at = now, attempt = 1, number = self.number })
    self.counts:add("added")
    return self.number
end

function Plan:pause(attempt)
    local pause = self.options.pause * self.options.factor ^ (attempt - 1)
    return math.min(pause, self.options.longest)
end

function Plan:step(now, run)
    local item = self.heap:peek()
    if not item or item.at > now then
        return false
    end
    self.heap:pop()
    local ok, err = pcall(run, item.key, item.work)
    if ok then
        self.counts:add("done")
    elseif item.attempt < self.options.attempts then
        item.at = now + self:pause(item.attempt)
        item.attempt = item.attempt + 1
        item.error = err
        self.heap:push(item)
        self.counts:add("retried")
    else
        self.counts:add("failed")
    end
    return true
end

function Plan:next(now)
    local item = self.heap:peek()
    return item and math.max(0, item.at - now)
end

plan.Heap, plan.Limit, plan.Counts = Heap, Limit, Counts

return plan
