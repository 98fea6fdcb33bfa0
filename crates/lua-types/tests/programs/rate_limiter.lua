-- A token bucket over the clock of the node, with one bucket per client.
-- modules: time
local time = require("time")

local Bucket = {}
Bucket.__index = Bucket

function Bucket.new(capacity, per_second)
    local self = setmetatable({}, Bucket)
    self.capacity = capacity
    self.per_second = per_second
    self.tokens = capacity
    self.last = time.now()
    return self
end

function Bucket:refill(now)
    local passed = now:sub(self.last):seconds()
    if passed > 0 then
        self.tokens = math.min(self.capacity, self.tokens + passed * self.per_second)
        self.last = now
    end
end

function Bucket:take(n, now)
    self:refill(now or time.now())
    if self.tokens < n then
        return false, (n - self.tokens) / self.per_second
    end
    self.tokens = self.tokens - n
    return true
end

local Limiter = {}
Limiter.__index = Limiter

function Limiter.new(opts)
    opts = opts or {}
    return setmetatable({
        buckets = {},
        capacity = opts.capacity or 3,
        rate = opts.rate or 1,
        refused = 0,
    }, Limiter)
end

function Limiter:allow(client, cost, now)
    local bucket = self.buckets[client]
    if bucket == nil then
        bucket = Bucket.new(self.capacity, self.rate)
        self.buckets[client] = bucket
    end
    local ok, wait = bucket:take(cost or 1, now)
    if not ok then
        self.refused = self.refused + 1
        return false, wait
    end
    return true
end

local function later(moment, text)
    local result, err = moment:add(text)
    if not result then
        error(err)
    end
    return result
end

local function age_text(since, now)
    local seconds = math.floor(now:sub(since):seconds())
    if seconds < 60 then
        return seconds .. "s"
    end
    return string.format("%dm%02ds", seconds // 60, seconds % 60)
end

--@ run: local l, now = Limiter.new(), time.now()
--@ run: assert(l:allow("a", 2, now) and l:allow("b", 3, now))
--@ run: local ok, wait = l:allow("a", 2, now)
--@ run: assert(not ok and wait and wait > 0 and l.refused == 1)
--@ run: assert(l:allow("a", 2, later(now, "5s")))
--@ run: assert(age_text(now, later(now, "75s")) == "1m15s" and age_text(now, now) == "0s")
--@ twin E0004: "self.refused = self.refused + 1" => "self.refused = self.refusals + 1"
--@ twin E0004: "self.last = time.now()" => "self.last = time.current()"
--@ twin E0022: "self:refill(now or time.now())" => "self:fill(now or time.now())"
--@ twin E0003: "return string.format("%dm%02ds", seconds // 60, seconds % 60)" => "return string.format()"
