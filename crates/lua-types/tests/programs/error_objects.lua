-- Error objects with kinds, wrapping and decisions by kind.
local Store = {}
Store.__index = Store

function Store.new()
    return setmetatable({ rows = {}, locked = false }, Store)
end

function Store:get(key)
    if type(key) ~= "string" then
        return nil, errors.new({ message = "key must be a string", kind = errors.INVALID })
    end
    if self.locked then
        return nil, errors.new({ message = "store is locked", kind = errors.UNAVAILABLE, retryable = true })
    end
    local row = self.rows[key]
    if row == nil then
        return nil, errors.new({ message = "no row " .. key, kind = errors.NOT_FOUND, details = { key = key } })
    end
    return row
end

function Store:put(key, value)
    if self.locked then
        return false, errors.new({ message = "store is locked", kind = errors.UNAVAILABLE, retryable = true })
    end
    self.rows[key] = value
    return true
end

local function load_profile(store, name)
    local row, err = store:get("profile." .. name)
    if err then
        if errors.is(err, errors.NOT_FOUND) then
            return { name = name, theme = "light" }
        end
        return nil, errors.wrap(err, "loading the profile of " .. name)
    end
    return row
end

local function describe(err)
    local text = err:kind() .. ": " .. err:message()
    if err:retryable() then
        text = text .. " (try again)"
    end
    return text
end

local function status_of(err)
    if err == nil then
        return 200
    end
    local by_kind = {
        [errors.NOT_FOUND] = 404,
        [errors.INVALID] = 400,
        [errors.UNAVAILABLE] = 503,
    }
    return by_kind[err:kind()] or 500
end

local function checked(store, key)
    local ok, result = pcall(function()
        local row, err = store:get(key)
        if err then
            error(err)
        end
        return row
    end)
    if ok then
        return result
    end
    return status_of(result)
end

--@ run: local s = Store.new()
--@ run: local p = load_profile(s, "ann")
--@ run: assert(p and p.theme == "light" and s:put("profile.bob", { theme = "dark" }))
--@ run: s.locked = true
--@ run: local none, err = load_profile(s, "ann")
--@ run: assert(none == nil and err and describe(err) == "Unavailable: store is locked (try again)")
--@ run: s.locked = false
--@ run: assert(checked(s, "x") == 404 and checked(s, "profile.bob").theme == "dark" and status_of(nil) == 200)
--@ twin E0004: "[errors.NOT_FOUND] = 404," => "[errors.NOTFOUND] = 404,"
--@ twin E0004: "if errors.is(err, errors.NOT_FOUND) then" => "if errors.has(err, errors.NOT_FOUND) then"
--@ twin E0003: "return nil, errors.wrap(err, "loading the profile of " .. name)" => "return nil, errors.wrap()"
--@ twin E0004: "local row = self.rows[key]" => "local row = self.row[key]"
