-- Reports which entries an application has, by kind and namespace.
-- modules: registry
local registry = require("registry")

local function namespace_of(id)
    return registry.parse_id(id).ns
end

local function count_by(list, key_of)
    local counts, keys = {}, {}
    for _, item in ipairs(list) do
        local key = key_of(item)
        if not counts[key] then
            keys[#keys + 1] = key
        end
        counts[key] = (counts[key] or 0) + 1
    end
    table.sort(keys)
    return counts, keys
end

local function find_all(filter)
    local list, err = registry.find(filter)
    if not list then
        return nil, err
    end
    return list
end

local function report()
    local snapshot, err = registry.snapshot()
    if not snapshot then
        return nil, "no snapshot: " .. tostring(err)
    end
    local entries, problem = snapshot:entries()
    if not entries then
        return nil, tostring(problem)
    end
    local counts, kinds = count_by(entries, function(entry)
        return entry.kind
    end)
    local lines = { "version " .. snapshot:version():id() }
    for _, kind in ipairs(kinds) do
        lines[#lines + 1] = kind .. ": " .. (counts[kind] or 0)
    end
    return table.concat(lines, "\n"), #entries
end

local function kind_of(id)
    local entry, err = registry.get(id)
    if not entry then
        if err and err:kind() == errors.NOT_FOUND then
            return "missing"
        end
        return "unknown"
    end
    return entry.kind
end

local function changed_since(version)
    local current, err = registry.current_version()
    if not current then
        return nil, err
    end
    return current:id() - version
end

local function namespaces()
    local list, err = find_all({})
    if not list then
        return nil, err
    end
    local _, names = count_by(list, function(entry)
        return namespace_of(entry.id)
    end)
    return names
end

--@ run: assert(namespace_of("a.b:c") == "a.b" and kind_of("test:processes") == "process.host" and kind_of("no:thing") == "missing")
--@ run: local text, n = report()
--@ run: assert(text and n and n > 3 and text:find("process.host: 1", 1, true))
--@ run: assert(changed_since(0) == 0 and #assert(namespaces()) >= 1)
--@ twin E0004: "return registry.parse_id(id).ns" => "return registry.parse_id(id).namespace"
--@ twin E0022: "local entries, problem = snapshot:entries()" => "local entries, problem = snapshot:all()"
--@ twin E0022: "return current:id() - version" => "return current:number() - version"
--@ twin E0004: "local snapshot, err = registry.snapshot()" => "local snapshot, err = registry.snap()"
