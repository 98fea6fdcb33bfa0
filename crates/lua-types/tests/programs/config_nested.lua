-- Nested configuration with overlays by environment and lookups by dotted path.
local config = {
    server = {
        host = "127.0.0.1",
        port = 8080,
        tls = { enabled = false, cert = "" },
    },
    database = {
        url = "sqlite::memory:",
        pool = { min = 1, max = 8 },
    },
    features = { "search", "export" },
    log_level = "info",
}

local overlays = {
    production = { server = { host = "0.0.0.0", tls = { enabled = true, cert = "/etc/cert" } }, log_level = "warn" },
    test = { database = { pool = { max = 1 } } },
}

local function deep_copy(value)
    if type(value) ~= "table" then
        return value
    end
    local out = {}
    for k, v in pairs(value) do
        out[k] = deep_copy(v)
    end
    return out
end

local function overlay(base, changes)
    for k, v in pairs(changes) do
        if type(v) == "table" and type(base[k]) == "table" then
            overlay(base[k], v)
        else
            base[k] = deep_copy(v)
        end
    end
    return base
end

local function for_environment(name)
    local result = deep_copy(config)
    local changes = overlays[name]
    if changes then
        overlay(result, changes)
    end
    return result
end

local function get(conf, path, default)
    local value = conf
    for part in path:gmatch("[^%.]+") do
        if type(value) ~= "table" then
            return default
        end
        value = value[tonumber(part) or part]
    end
    if value == nil then
        return default
    end
    return value
end

local function address()
    return config.server.host .. ":" .. config.server.port
end

local function pool_text()
    local pool = config.database.pool
    return string.format("%d..%d", pool.min, pool.max)
end

local function has_feature(name)
    for _, feature in ipairs(config.features) do
        if feature == name then
            return true
        end
    end
    return false
end

--@ run: assert(address() == "127.0.0.1:8080" and pool_text() == "1..8")
--@ run: local prod = for_environment("production")
--@ run: assert(get(prod, "server.tls.cert") == "/etc/cert" and get(prod, "server.port") == 8080)
--@ run: assert(get(prod, "features.2") == "export" and get(prod, "a.b.c", 0) == 0)
--@ run: assert(get(for_environment("test"), "database.pool.max") == 1 and config.database.pool.max == 8)
--@ run: assert(has_feature("search") and not has_feature("import") and get(for_environment("x"), "log_level") == "info")
--@ twin E0004: "return config.server.host .. ":" .. config.server.port" => "return config.server.host .. ":" .. config.server.prot"
--@ twin E0004: "local pool = config.database.pool" => "local pool = config.databse.pool"
--@ twin E0000: "return string.format("%d..%d", pool.min, pool.max)" => "return string.format(pool, pool.min, pool.max)"
--@ twin E0005: "return config.server.host .. ":" .. config.server.port" => "return config.server.port.number"
