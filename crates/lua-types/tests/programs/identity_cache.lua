-- Caches keyed by tables and functions, object ids, and a registry of derived values.
local ids, next_id = {}, 1

local function id_of(object)
    local id = ids[object]
    if id == nil then
        id = next_id
        next_id = next_id + 1
        ids[object] = id
    end
    return id
end

local Derived = {}
Derived.__index = Derived

function Derived.new(compute)
    return setmetatable({ compute = compute, cache = {}, computed = 0 }, Derived)
end

function Derived:get(object)
    local entry = self.cache[object]
    if entry and entry.version == object.version then
        return entry.value
    end
    local value = self.compute(object)
    self.computed = self.computed + 1
    self.cache[object] = { value = value, version = object.version }
    return value
end

function Derived:forget(object)
    self.cache[object] = nil
end

local function touch(object)
    object.version = (object.version or 0) + 1
    return object
end

local listeners = {}

local function subscribe_once(object, fn)
    local set = listeners[object]
    if not set then
        set = {}
        listeners[object] = set
    end
    if set[fn] then
        return false
    end
    set[fn] = true
    return true
end

local function notify(object, ...)
    local set = listeners[object]
    if not set then
        return 0
    end
    local n = 0
    for fn in pairs(set) do
        fn(object, ...)
        n = n + 1
    end
    return n
end

local function reachable(root)
    local seen, count = {}, 0
    local function visit(value)
        if type(value) ~= "table" or seen[value] then
            return
        end
        seen[value] = true
        count = count + 1
        for k, v in pairs(value) do
            visit(k)
            visit(v)
        end
    end
    visit(root)
    return count
end

--@ run: local a, b = {}, {}
--@ run: assert(id_of(a) == 1 and id_of(b) == 2 and id_of(a) == 1)
--@ run: local size = Derived.new(function(o) return #o end)
--@ run: local o = touch({ 1, 2 })
--@ run: assert(size:get(o) == 2 and size:get(o) == 2 and size.computed == 1)
--@ run: touch(o)
--@ run: assert(size:get(o) == 2 and size.computed == 2)
--@ run: size:forget(o)
--@ run: local calls = 0
--@ run: local function f(_, n) calls = calls + n end
--@ run: assert(subscribe_once(a, f) and not subscribe_once(a, f) and notify(a, 5) == 1 and calls == 5 and notify(b) == 0)
--@ run: local cycle = { x = {} }
--@ run: cycle.self = cycle
--@ run: assert(reachable(cycle) == 2)
--@ twin E0019: "next_id = next_id + 1" => "next_id = next_id + ids"
--@ twin E0004: "self.computed = self.computed + 1" => "self.computed = self.computd + 1"
--@ twin E0019: "count = count + 1" => "count = count .. visit"
