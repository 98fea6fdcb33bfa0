-- Loads options into a typed record; absent values get defaults, wrong ones are refused.
-- annotated
type Level = "debug" | "info" | "error"
type Options = { host: string, port: integer, level: Level, timeout?: number }
type Raw = { host?: string, port?: string, level?: string, timeout?: string }

local LEVELS: {[string]: Level} = { debug = "debug", info = "info", error = "error" }

local function parse_port(text: string): (integer?, string?)
    local n = tonumber(text)
    if n == nil or n ~= math.floor(n) then
        return nil, "not a whole number: " .. text
    end
    local port = math.floor(n)
    if port < 1 or port > 65535 then
        return nil, "out of range: " .. text
    end
    return port
end

local function load(raw: Raw): (Options?, string?)
    local port, err = parse_port(raw.port or "80")
    if not port then
        return nil, err
    end
    local level: Level = "info"
    if raw.level then
        local known = LEVELS[raw.level]
        if not known then
            return nil, "unknown level " .. raw.level
        end
        level = known
    end
    local options: Options = { host = raw.host or "localhost", port = port, level = level }
    if raw.timeout then
        options.timeout = tonumber(raw.timeout)
    end
    return options
end

local function address(options: Options): string
    return options.host .. ":" .. options.port
end

local function timeout_of(options: Options): number
    return options.timeout or 30
end

local function is_quiet(options: Options): boolean
    return options.level == "error"
end

local function summary(raw: Raw): string
    local options, err = load(raw)
    if not options then
        return "invalid: " .. tostring(err)
    end
    local parts: {string} = { address(options), options.level }
    if not is_quiet(options) then
        parts[#parts + 1] = string.format("%gs", timeout_of(options))
    end
    return table.concat(parts, " ")
end

--@ run: assert(summary({}) == "localhost:80 info 30s" and summary({ port = "x" }) == "invalid: not a whole number: x")
--@ run: assert(summary({ host = "h", port = "99", level = "error", timeout = "1.5" }) == "h:99 error")
--@ run: assert(summary({ level = "loud" }) == "invalid: unknown level loud" and summary({ port = "0", timeout = "x" }) == "invalid: out of range: 0")
--@ twin E0000: "local level: Level = "info"" => "local level: Level = "inof""
--@ twin E0012: "local function is_quiet(options: Options): boolean" => "local function is_quiet(options: Option): boolean"
--@ twin E0000: "return options.timeout or 30" => "return options.timeout"
--@ twin E0000: "local port, err = parse_port(raw.port or "80")" => "local port, err = parse_port(raw.port or 80)"
