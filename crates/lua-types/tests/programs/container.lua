-- A container of services: factories, singletons, aliases, detection of cycles.
local Container = {}
Container.__index = Container

function Container.new(parent)
    local self = setmetatable({}, Container)
    self.parent = parent
    self.factories = {}
    self.instances = {}
    self.building = {}
    self.built = 0
    return self
end

function Container:bind(name, factory, opts)
    if type(factory) ~= "function" then
        local value = factory
        factory = function() return value end
    end
    opts = opts or {}
    self.factories[name] = { make = factory, shared = opts.shared ~= false }
    self.instances[name] = nil
    return self
end

function Container:alias(name, target)
    return self:bind(name, function(c) return c:get(target) end, { shared = false })
end

function Container:lookup(name)
    local entry = self.factories[name]
    if entry then
        return entry
    end
    if self.parent then
        return self.parent:lookup(name)
    end
    return nil
end

function Container:build(name, entry)
    if self.building[name] then
        return nil, "cycle at " .. name
    end
    self.building[name] = true
    local ok, value = pcall(entry.make, self)
    self.building[name] = nil
    if not ok then
        return nil, name .. ": " .. tostring(value)
    end
    self.built = self.built + 1
    return value
end

function Container:get(name)
    local known = self.instances[name]
    if known ~= nil then
        return known
    end
    local entry = self:lookup(name)
    if not entry then
        error("no service " .. name, 0)
    end
    local value, err = self:build(name, entry)
    if err then
        error(err, 0)
    end
    if entry.shared then
        self.instances[name] = value
    end
    return value
end

local function application()
    local c = Container.new()
    c:bind("config", { url = "sqlite:", retries = 3 })
    c:bind("database", function(container)
        local config = container:get("config")
        return { url = config.url, queries = 0 }
    end)
    c:bind("clock", function() return { time = 0 } end, { shared = false })
    c:alias("db", "database")
    return c
end

--@ run: local c = application()
--@ run: assert(c:get("db") == c:get("database") and c:get("db").url == "sqlite:" and c:get("clock") ~= c:get("clock"))
--@ run: local child = Container.new(c)
--@ run: child:bind("config", { url = "memory:" })
--@ run: assert(child:get("database").url == "memory:" and c:get("config").retries == 3)
--@ run: c:bind("a", function(x) return x:get("b") end):bind("b", function(x) return x:get("a") end)
--@ run: local ok, err = pcall(c.get, c, "a")
--@ run: assert(not ok and err == "a: b: cycle at a" and select(2, pcall(c.get, c, "zzz")) == "no service zzz")
--@ twin E0022: "local entry = self:lookup(name)" => "local entry = self:find(name)"
--@ twin E0022: "c:alias("db", "database")" => "c:rename("db", "database")"
--@ twin E0004: "self.built = self.built + 1" => "self.built = self.count + 1"
--@ twin E0004: "local c = Container.new()" => "local c = Container.make()"
