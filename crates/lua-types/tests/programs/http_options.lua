-- Options with defaults, for a client that only describes requests.
local DEFAULTS = {
    timeout = 5,
    retries = 2,
    method = "GET",
    headers = { accept = "application/json" },
}

local Client = {}
Client.__index = Client

local function merge(base, extra)
    local out = {}
    for k, v in pairs(base) do
        out[k] = v
    end
    for k, v in pairs(extra or {}) do
        out[k] = v
    end
    return out
end

function Client.new(base_url, opts)
    opts = opts or {}
    local self = setmetatable({}, Client)
    self.base_url = base_url
    self.timeout = opts.timeout or DEFAULTS.timeout
    self.retries = opts.retries or DEFAULTS.retries
    self.headers = merge(DEFAULTS.headers, opts.headers)
    self.verbose = opts.verbose == true
    self.count = 0
    return self
end

local function encode_query(params)
    local keys = {}
    for k in pairs(params) do
        keys[#keys + 1] = k
    end
    table.sort(keys)
    local parts = {}
    for i, k in ipairs(keys) do
        parts[i] = k .. "=" .. tostring(params[k])
    end
    return table.concat(parts, "&")
end

function Client:request(path, opts)
    opts = opts or {}
    self.count = self.count + 1
    local url = self.base_url .. path
    if opts.query then
        url = url .. "?" .. encode_query(opts.query)
    end
    local timeout = opts.timeout or self.timeout
    local request = {
        url = url,
        method = opts.method or DEFAULTS.method,
        headers = merge(self.headers, opts.headers),
        deadline = timeout * (self.retries + 1),
    }
    if opts.body ~= nil then
        request.body = opts.body
        request.headers["content-length"] = #tostring(opts.body)
    end
    return request
end

function Client:post(path, body)
    return self:request(path, { method = "POST", body = body })
end

--@ run: local client = Client.new("http://x", { retries = 1, headers = { auth = "t" } })
--@ run: local r = client:request("/a", { query = { b = 2, a = 1 } })
--@ run: assert(r.url == "http://x/a?a=1&b=2" and r.method == "GET" and r.deadline == 10)
--@ run: assert(r.headers.accept == "application/json" and r.headers.auth == "t")
--@ run: local p = client:post("/b", "text")
--@ run: assert(p.method == "POST" and p.body == "text" and client.count == 2)
--@ twin E0004: "method = opts.method or DEFAULTS.method," => "method = DEFAULTS.methd,"
--@ twin E0022: "return self:request(path, { method = "POST", body = body })" => "return self:reqest(path, { method = "POST", body = body })"
--@ twin E0019: "self.count = self.count + 1" => "self.count = self.headers + 1"
--@ twin E0004: "self.headers = merge(DEFAULTS.headers, opts.headers)" => "self.headers = merge(DEFAULTS.header, opts.headers)"
