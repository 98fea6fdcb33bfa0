-- A ring buffer of fixed capacity and a moving average over it.
local Ring = {}
Ring.__index = Ring

function Ring.new(capacity)
    if capacity < 1 then
        error("capacity must be at least 1")
    end
    local self = setmetatable({}, Ring)
    self.capacity = capacity
    self.items = {}
    self.start = 1
    self.length = 0
    return self
end

function Ring:index(i)
    return (self.start + i - 2) % self.capacity + 1
end

function Ring:push(value)
    local dropped = nil
    if self.length == self.capacity then
        dropped = self.items[self.start]
        self.start = self.start % self.capacity + 1
        self.length = self.length - 1
    end
    self.length = self.length + 1
    self.items[self:index(self.length)] = value
    return dropped
end

function Ring:get(i)
    if i < 1 or i > self.length then
        return nil
    end
    return self.items[self:index(i)]
end

function Ring:each()
    local i = 0
    return function()
        i = i + 1
        if i <= self.length then
            return i, self.items[self:index(i)]
        end
    end
end

local Average = {}
Average.__index = Average

function Average.new(window)
    return setmetatable({ ring = Ring.new(window or 4), sum = 0 }, Average)
end

function Average:add(value)
    local dropped = self.ring:push(value)
    self.sum = self.sum + value - (dropped or 0)
    return self:value()
end

function Average:value()
    local n = self.ring.length
    return n > 0 and self.sum / n or 0
end

local function tail(text, lines)
    local ring = Ring.new(lines)
    for line in text:gmatch("[^\n]+") do
        ring:push(line)
    end
    local out = {}
    for _, line in ring:each() do
        out[#out + 1] = line
    end
    return table.concat(out, "\n")
end

--@ run: assert(tail("a\nb\nc\nd", 2) == "c\nd" and tail("a", 5) == "a")
--@ run: local avg = Average.new(2)
--@ run: assert(avg:value() == 0 and avg:add(2) == 2 and avg:add(4) == 3 and avg:add(8) == 6)
--@ run: assert(avg.ring:get(1) == 4 and avg.ring:get(3) == nil and not pcall(Ring.new, 0))
--@ twin E0004: "local n = self.ring.length" => "local n = self.ring.len"
--@ twin E0022: "local dropped = self.ring:push(value)" => "local dropped = self.ring:append(value)"
--@ twin E0004: "return setmetatable({ ring = Ring.new(window or 4), sum = 0 }, Average)" => "return setmetatable({ ring = Ring.create(window or 4), sum = 0 }, Average)"
--@ twin E0019: "self.length = self.length - 1" => "self.length = self.length - self.items"
