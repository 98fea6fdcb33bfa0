-- A small schema library: validators are closures that compose; errors carry paths.
local v = {}

local function problem(path, text)
    return { path = path == "" and "value" or path, text = text }
end

function v.string(opts)
    opts = opts or {}
    return function(value, path)
        if type(value) ~= "string" then
            return problem(path, "must be a string")
        end
        if opts.min and #value < opts.min then
            return problem(path, "must have at least " .. opts.min .. " characters")
        end
        if opts.pattern and not value:find(opts.pattern) then
            return problem(path, "has a wrong form")
        end
        return nil
    end
end

function v.number(min, max)
    return function(value, path)
        if type(value) ~= "number" then
            return problem(path, "must be a number")
        end
        if value < (min or -math.huge) or value > (max or math.huge) then
            return problem(path, "is out of range")
        end
        return nil
    end
end

function v.one_of(...)
    local allowed, list = {}, { ... }
    for _, item in ipairs(list) do
        allowed[item] = true
    end
    return function(value, path)
        if not allowed[value] then
            return problem(path, "must be one of " .. table.concat(list, ", "))
        end
        return nil
    end
end

function v.optional(inner)
    return function(value, path)
        if value == nil then
            return nil
        end
        return inner(value, path)
    end
end

function v.list(inner)
    return function(value, path)
        if type(value) ~= "table" then
            return problem(path, "must be a list")
        end
        for i, item in ipairs(value) do
            local bad = inner(item, path .. "[" .. i .. "]")
            if bad then
                return bad
            end
        end
        return nil
    end
end

function v.object(fields)
    local names = {}
    for name in pairs(fields) do
        names[#names + 1] = name
    end
    table.sort(names)
    return function(value, path)
        if type(value) ~= "table" then
            return problem(path, "must be an object")
        end
        for _, name in ipairs(names) do
            local bad = fields[name](value[name], path == "" and name or path .. "." .. name)
            if bad then
                return bad
            end
        end
        return nil
    end
end

local user_schema = v.object({
    name = v.string({ min = 2 }),
    age = v.optional(v.number(0, 150)),
    role = v.one_of("admin", "user"),
    tags = v.list(v.string()),
})

local function check_user(value)
    local bad = user_schema(value, "")
    if bad then
        return false, bad.path .. " " .. bad.text
    end
    return true
end

--@ run: assert(check_user({ name = "Ann", role = "user", tags = { "x" } }))
--@ run: local _, why = check_user({ name = "Ann", role = "user", tags = { "x", 5 } })
--@ run: assert(why == "tags[2] must be a string")
--@ run: _, why = check_user({ name = "Ann", role = "boss", tags = {} })
--@ run: assert(why == "role must be one of admin, user" and select(2, check_user(1)) == "value must be an object")
--@ twin E0004: "age = v.optional(v.number(0, 150))," => "age = v.optional(v.integer(0, 150)),"
--@ twin E0001: "return problem(path, "is out of range")" => "return problm(path, "is out of range")"
--@ twin E0004: "tags = v.list(v.string())," => "tags = v.array(v.string()),"
--@ twin E0019: "names[#names + 1] = name" => "names[names + 1] = name"
