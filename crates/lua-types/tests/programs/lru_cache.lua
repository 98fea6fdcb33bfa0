-- A least-recently-used cache: every entry carries the number of its last use.
local Cache = {}
Cache.__index = Cache

function Cache.new(capacity)
    local self = setmetatable({}, Cache)
    self.capacity = capacity or 16
    self.size = 0
    self.clock = 0
    self.hits = 0
    self.misses = 0
    self.map = {}
    return self
end

function Cache:tick()
    self.clock = self.clock + 1
    return self.clock
end

function Cache:get(key)
    local entry = self.map[key]
    if not entry then
        self.misses = self.misses + 1
        return nil
    end
    self.hits = self.hits + 1
    entry.used = self:tick()
    return entry.value
end

function Cache:evict()
    local oldest, oldest_key = math.huge, nil
    for key, entry in pairs(self.map) do
        if entry.used < oldest then
            oldest, oldest_key = entry.used, key
        end
    end
    if oldest_key ~= nil then
        self.map[oldest_key] = nil
        self.size = self.size - 1
    end
end

function Cache:put(key, value)
    local entry = self.map[key]
    if entry then
        entry.value = value
        entry.used = self:tick()
        return
    end
    if self.size >= self.capacity then
        self:evict()
    end
    self.map[key] = { value = value, used = self:tick() }
    self.size = self.size + 1
end

function Cache:ratio()
    local all = self.hits + self.misses
    if all == 0 then
        return 0
    end
    return self.hits / all
end

--@ run: local c = Cache.new(2)
--@ run: c:put("a", 1)
--@ run: c:put("b", 2)
--@ run: assert(c:get("a") == 1)
--@ run: c:put("c", 3)
--@ run: assert(c:get("b") == nil and c:get("c") == 3 and c:get("a") == 1 and c.size == 2)
--@ run: assert(c:ratio() == 0.75)
--@ twin E0004: "local all = self.hits + self.misses" => "local all = self.hits + self.mises"
--@ twin E0022: "self:evict()" => "self:evikt()"
--@ twin E0019: "self.size = self.size - 1" => "self.size = self.size - self.map"
--@ twin E0004: "local oldest, oldest_key = math.huge, nil" => "local oldest, oldest_key = math.hugest, nil"
