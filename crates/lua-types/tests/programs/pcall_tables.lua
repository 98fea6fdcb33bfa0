-- Raising tables, catching them with pcall and xpcall, and cleaning up.
local Failure = {}
Failure.__index = Failure

Failure.__tostring = function(f)
    return f.code .. ": " .. f.text
end

local function fail(code, text)
    error(setmetatable({ code = code, text = text or "failed" }, Failure))
end

local function is_failure(value)
    return type(value) == "table" and getmetatable(value) == Failure
end

local function try(fn, handlers)
    local ok, result = pcall(fn)
    if ok then
        return result
    end
    if is_failure(result) then
        local handler = handlers[result.code] or handlers.default
        if handler then
            return handler(result)
        end
    end
    error(result, 0)
end

local function with_resource(name, log, fn)
    log[#log + 1] = "open " .. name
    local ok, result = pcall(fn, name)
    log[#log + 1] = "close " .. name
    if not ok then
        error(result, 0)
    end
    return result
end

local function parse_port(text)
    local port = tonumber(text)
    if not port then
        fail("syntax", "not a number: " .. text)
    elseif port < 1 or port > 65535 then
        fail("range", "port " .. text .. " is out of range")
    end
    return port
end

local function port_or_default(text)
    return try(function() return parse_port(text) end, {
        syntax = function() return 80 end,
        default = function(f) return tostring(f) end,
    })
end

local function located(fn)
    local ok, message = xpcall(fn, function(e)
        return "caught " .. tostring(e)
    end)
    return ok, message
end

--@ run: assert(port_or_default("8080") == 8080 and port_or_default("x") == 80)
--@ run: assert(port_or_default("99999") == "range: port 99999 is out of range")
--@ run: local log = {}
--@ run: assert(with_resource("db", log, function(n) return n .. "!" end) == "db!")
--@ run: assert(not pcall(with_resource, "f", log, function() error("x") end))
--@ run: assert(table.concat(log, ",") == "open db,close db,open f,close f")
--@ run: local ok, message = located(function() fail("a") end)
--@ run: assert(not ok and message == "caught a: failed")
--@ twin E0019: "elseif port < 1 or port > 65535 then" => "elseif port < "1" then"
--@ twin E0003: "local port = tonumber(text)" => "local port = tonumber()"
--@ twin E0001: "if is_failure(result) then" => "if is_failed(result) then"
