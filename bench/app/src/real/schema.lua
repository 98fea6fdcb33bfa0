-- Checks and fills tables by a schema: types, ranges, patterns, nested lists and maps.
local schema = {}

local Check = {}
Check.__index = Check

local kinds = {}

local function fail(path, text)
    return nil, { path = path, message = text }
end

local function join(path, key)
    if path == "" then
        return tostring(key)
    end
    return path .. "." .. tostring(key)
end

function kinds.string(check, value, path)
    if type(value) ~= "string" then
        return fail(path, "text expected")
    end
    if check.min and #value < check.min then
        return fail(path, "shorter than " .. check.min)
    end
    if check.max and #value > check.max then
        return fail(path, "longer than " .. check.max)
    end
    if check.pattern and not string.find(value, check.pattern) then
        return fail(path, "does not match " .. check.pattern)
    end
    return value
end

function kinds.number(check, value, path)
    local number = tonumber(value)
    if not number then
        return fail(path, "number expected")
    end
    if check.min and number < check.min then
        return fail(path, "below " .. check.min)
    end
    if check.max and number > check.max then
        return fail(path, "above " .. check.max)
    end
    return number
end

function kinds.integer(check, value, path)
    local number, err = kinds.number(check, value, path)
    if err then
        return nil, err
    end
    if math.floor(number) ~= number then
        return fail(path, "integer expected")
    end
    return math.tointeger(number)
end

function kinds.boolean(_, value, path)
    if type(value) ~= "boolean" then
        return fail(path, "true or false expected")
    end
    return value
end

function kinds.enum(check, value, path)
    for _, allowed in ipairs(check.values) do
        if allowed == value then
            return value
        end
    end
    return fail(path, "one of " .. table.concat(check.values, ", ") .. " expected")
end

function kinds.list(check, value, path)
    if type(value) ~= "table" then
        return fail(path, "list expected")
    end
    local out = {}
    for i, item in ipairs(value) do
        local checked, err = check.of:run(item, join(path, i))
        if err then
            return nil, err
        end
        out[i] = checked
    end
    if check.min and #out < check.min then
        return fail(path, "fewer than " .. check.min)
    end
    return out
end

function kinds.map(check, value, path)
    if type(value) ~= "table" then
        return fail(path, "map expected")
    end
    local out = {}
    for key, item in pairs(value) do
        local checked, err = check.of:run(item, join(path, key))
        if err then
            return nil, err
        end
        out[key] = checked
    end
    return out
end

function kinds.record(check, value, path)
    if type(value) ~= "table" then
        return fail(path, "record expected")
    end
    local out = {}
    for _, name in ipairs(check.order) do
        local checked, err = check.fields[name]:run(value[name], join(path, name))
        if err then
            return nil, err
        end
        out[name] = checked
    end
    if check.strict then
        for name in pairs(value) do
            if not check.fields[name] then
                return fail(join(path, name), "unknown field")
            end
        end
    end
    return out
end

function Check:run(value, path)
    path = path or ""
    if value == nil then
        if self.default ~= nil then
            return self.default
        end
        if self.optional then
            return nil
        end
        return fail(path, "required")
    end
    local checked, err = kinds[self.kind](self, value, path)
    if err then
        return nil, err
    end
    if self.also then
        local ok, text = self.also(checked)
        if not ok then
            return fail(path, text or "refused")
        end
    end
    return checked
end

local function maker(kind)
    return function(options)
        local check = setmetatable({ kind = kind }, Check)
        for key, value in pairs(options or {}) do
            check[key] = value
        end
        return check
    end
end

for kind in pairs(kinds) do
    schema[kind] = maker(kind)
end

function schema.record(fields, options)
    local check = setmetatable({ kind = "record", fields = fields, order = {} }, Check)
    for name in pairs(fields) do
        check.order[#check.order + 1] = name
    end
    table.sort(check.order)
    for key, value in pairs(options or {}) do
        check[key] = value
    end
    return check
end

function schema.optional(check)
    check.optional = true
    return check
end

function schema.default(check, value)
    check.default = value
    return check
end

schema.id = schema.string({ min = 1, max = 64, pattern = "^[%w_.-]+$" })
schema.email = schema.string({ max = 254, pattern = "^[^@%s]+@[^@%s]+$" })
schema.port = schema.integer({ min = 1, max = 65535 })

return schema
