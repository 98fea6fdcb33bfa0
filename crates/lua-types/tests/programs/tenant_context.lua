-- Reads the tenant of the call from the context and builds keys and limits from it.
-- modules: ctx, funcs
local ctx = require("ctx")
local funcs = require("funcs")

local PLANS = {
    free = { limit = 10, features = { "read" } },
    pro = { limit = 1000, features = { "read", "write", "export" } },
}

local function value(key, default)
    local found, err = ctx.get(key)
    if err then
        if errors.is(err, errors.NOT_FOUND) then
            return default
        end
        error(err)
    end
    return found
end

local Tenant = {}
Tenant.__index = Tenant

function Tenant.current()
    local plan = PLANS[value("plan", "free")] or PLANS.free
    return setmetatable({
        name = value("tenant", "public"),
        plan = plan,
        used = 0,
    }, Tenant)
end

function Tenant:key(...)
    local parts = { self.name }
    for _, part in ipairs({ ... }) do
        parts[#parts + 1] = tostring(part)
    end
    return table.concat(parts, ":")
end

function Tenant:can(feature)
    for _, name in ipairs(self.plan.features) do
        if name == feature then
            return true
        end
    end
    return false
end

function Tenant:use(n)
    if self.used + n > self.plan.limit then
        return nil, errors.new({
            message = "limit of " .. self.plan.limit .. " reached",
            kind = errors.RATE_LIMITED,
            retryable = true,
        })
    end
    self.used = self.used + n
    return self.plan.limit - self.used
end

local function call_for(tenant, target, ...)
    local executor, err = funcs.new():with_context({ tenant = tenant })
    if err then
        return nil, err
    end
    return executor:call(target, ...)
end

local function known_keys()
    local names = {}
    local all, err = ctx.all()
    if err then
        return names
    end
    for name in pairs(all) do
        names[#names + 1] = name
    end
    table.sort(names)
    return names
end

--@ run: local t = Tenant.current()
--@ run: assert(t:key("user", 5) == "public:user:5" and t:can("read") and not t:can("write"))
--@ run: assert(t:use(7) == 3)
--@ run: local left, err = t:use(7)
--@ run: assert(left == nil and err and err:kind() == errors.RATE_LIMITED and err:retryable())
--@ run: assert(call_for("x", "test:echo", 5) == 5 and #known_keys() == 0)
--@ twin E0004: "local found, err = ctx.get(key)" => "local found, err = ctx.read(key)"
--@ twin E0004: "if self.used + n > self.plan.limit then" => "if self.usage + n > self.plan.limit then"
--@ twin E0004: "kind = errors.RATE_LIMITED," => "kind = errors.TOO_MANY,"
--@ twin E0022: "return executor:call(target, ...)" => "return executor:invoke(target, ...)"
