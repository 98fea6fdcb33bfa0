-- Parses and builds URLs, with percent encoding and query parameters.
local url = {}

local DEFAULT_PORTS = { http = 80, https = 443, ftp = 21 }

function url.escape(text)
    return (text:gsub("[^%w%-%._~]", function(c)
        return string.format("%%%02X", string.byte(c))
    end))
end

function url.unescape(text)
    local spaced = text:gsub("+", " ")
    return (spaced:gsub("%%(%x%x)", function(digits)
        return string.char(tonumber(digits, 16) or 63)
    end))
end

function url.parse_query(query)
    local params = {}
    for pair in query:gmatch("[^&]+") do
        local key, value = pair:match("^([^=]*)=?(.*)$")
        if key and key ~= "" then
            params[url.unescape(key)] = url.unescape(value or "")
        end
    end
    return params
end

function url.parse(text)
    local scheme, rest = string.match(text, "^(%a[%w+.-]*)://(.*)$")
    if not scheme or not rest then
        return nil, "no scheme in " .. text
    end
    local result = { scheme = scheme:lower(), path = "/", query = {}, fragment = nil, port = nil, host = "" }
    local before, fragment = rest:match("^(.-)#(.*)$")
    if before then
        rest = before
        result.fragment = fragment
    end
    local head, query = rest:match("^(.-)%?(.*)$")
    if head and query then
        rest = head
        result.query = url.parse_query(query)
    end
    local authority, path = rest:match("^([^/]*)(.*)$")
    if path and path ~= "" then
        result.path = path
    end
    local host, port = (authority or ""):match("^(.-):?(%d*)$")
    result.host = host or ""
    result.port = tonumber(port) or DEFAULT_PORTS[result.scheme]
    return result
end

function url.build(parts)
    local out = { parts.scheme or "http", "://", parts.host, parts.path or "/" }
    local keys = {}
    for key in pairs(parts.query or {}) do
        keys[#keys + 1] = key
    end
    table.sort(keys)
    for i, key in ipairs(keys) do
        out[#out + 1] = i == 1 and "?" or "&"
        out[#out + 1] = url.escape(key) .. "=" .. url.escape(tostring(parts.query[key]))
    end
    return table.concat(out)
end

local function host_of(text)
    local parsed, err = url.parse(text)
    if not parsed then
        return nil, err
    end
    return parsed.host
end

--@ run: local u = assert(url.parse("HTTPS://example.org/a/b?q=a%20b&x=1+2#top"))
--@ run: assert(u.scheme == "https" and u.port == 443 and u.path == "/a/b" and u.fragment == "top")
--@ run: assert(u.query.q == "a b" and u.query.x == "1 2" and host_of("http://h:81/") == "h")
--@ run: assert(select(2, host_of("nothing")) == "no scheme in nothing")
--@ run: assert(url.build({ host = "h", query = { b = "x y", a = 1 } }) == "http://h/?a=1&b=x%20y")
--@ twin E0023: "return parsed.host" => "return url.parse(text).host"
--@ twin E0004: "result.query = url.parse_query(query)" => "result.query = url.parse_params(query)"
--@ twin E0022: "local result = { scheme = scheme:lower(), path = "/", query = {}, fragment = nil, port = nil, host = "" }" => "local result = { scheme = scheme:lower_case(), path = "/", query = {}, host = "" }"
--@ twin E0001: "result.host = host or """ => "result.host = hst or """
