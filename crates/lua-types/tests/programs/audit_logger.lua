-- Structured logging with fields per request, and a sampled logger for frequent lines.
-- modules: logger
local logger = require("logger")

local SECRET = { password = true, token = true, authorization = true }

local function clean(fields)
    local out = {}
    for key, value in pairs(fields) do
        if SECRET[key] then
            out[key] = "***"
        elseif type(value) == "table" then
            out[key] = clean(value)
        else
            out[key] = value
        end
    end
    return out
end

local Request = {}
Request.__index = Request

function Request.new(id, user)
    local self = setmetatable({}, Request)
    self.id = id
    self.log = logger:with({ request = id, user = user or "anonymous" })
    self.lines = 0
    return self
end

function Request:info(text, fields)
    self.lines = self.lines + 1
    self.log:info(text, clean(fields or {}))
    return self
end

function Request:fail(err)
    self.lines = self.lines + 1
    self.log:error("request failed", { error = tostring(err) })
end

local Sampler = {}
Sampler.__index = Sampler

function Sampler.new(name, every)
    local log, err = logger:named(name)
    if not log then
        return nil, err
    end
    return setmetatable({ log = log, every = every or 10, seen = 0, written = 0 }, Sampler)
end

function Sampler:debug(text)
    self.seen = self.seen + 1
    if self.seen % self.every == 1 then
        self.written = self.written + 1
        self.log:debug(text, { seen = self.seen })
    end
end

local function handle(id, work)
    local request = Request.new(id)
    local ok, result = pcall(work, request)
    if not ok then
        request:fail(result)
        return nil, request.lines
    end
    return result, request.lines
end

--@ run: local c = clean({ name = "x", password = "y", deep = { token = 1, n = 2 } })
--@ run: assert(c.name == "x" and c.password == "***" and c.deep.token == "***" and c.deep.n == 2)
--@ run: local v, n = handle("r1", function(r) r:info("a", { token = 1 }):info("b") return 5 end)
--@ run: assert(v == 5 and n == 2)
--@ run: v, n = handle("r2", function() error("no") end)
--@ run: assert(v == nil and n == 1)
--@ run: local s = assert(Sampler.new("app.sample", 4))
--@ run: for _ = 1, 9 do s:debug("tick") end
--@ run: assert(s.seen == 9 and s.written == 3 and Sampler.new("") == nil)
--@ twin E0022: "self.log:error("request failed", { error = tostring(err) })" => "self.log:fatal("request failed", { error = tostring(err) })"
--@ twin E0022: "request:fail(result)" => "request:failed(result)"
--@ twin E0004: "return result, request.lines" => "return result, request.line_count"
--@ twin E0022: "local log, err = logger:named(name)" => "local log, err = logger:name(name)"
