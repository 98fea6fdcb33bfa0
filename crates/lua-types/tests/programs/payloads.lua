-- Converts values between formats of payloads and falls back when it cannot.
local function wrap(value)
    local p, err = payload.new(value)
    if not p then
        return nil, "cannot wrap: " .. tostring(err)
    end
    return p
end

local function to_json(value)
    local p, err = wrap(value)
    if not p then
        return nil, err
    end
    local converted, problem = p:transcode(payload.format.JSON)
    if not converted then
        return nil, tostring(problem)
    end
    local bytes, refused = converted:transcode(payload.format.BYTES)
    if not bytes then
        return nil, tostring(refused)
    end
    local data, failed = bytes:data()
    if failed then
        return nil, tostring(failed)
    end
    return tostring(data)
end

local function format_name(p)
    for name, format in pairs(payload.format) do
        if format == p:get_format() then
            return name
        end
    end
    return "other"
end

local Envelope = {}
Envelope.__index = Envelope

function Envelope.new(kind, body)
    return setmetatable({ kind = kind, body = body, sent = 0, last = nil }, Envelope)
end

function Envelope:send(destination)
    local ok, err = process.send(destination, "envelope", { kind = self.kind, body = self.body })
    if not ok then
        return false, err
    end
    self.sent = self.sent + 1
    self.last = destination
    return true
end

function Envelope:summary()
    if not self.last then
        return "not sent"
    end
    return string.format("%s sent %d times, last to %s", self.kind, self.sent, self.last)
end

local function receive(inbox)
    local message, ok = inbox:receive()
    if not ok then
        return nil
    end
    local content = message:payload()
    if content == nil then
        return nil
    end
    local data, err = content:data()
    if err then
        return nil
    end
    return data.kind, data.body
end

--@ run: assert(to_json({ a = { 1, 2 } }) == '{"a":[1,2]}')
--@ run: local p = assert(wrap({ 1 }))
--@ run: assert(format_name(p) == "LUA")
--@ run: local e = Envelope.new("greeting", { text = "hi" })
--@ run: assert(e:summary() == "not sent" and e:send(process.pid()))
--@ run: local kind, body = receive(process.inbox())
--@ run: assert(kind == "greeting" and body.text == "hi" and e:summary():find("sent 1 times", 1, true))
--@ run: assert(not e:send("nobody-here"))
--@ twin E0022: "local converted, problem = p:transcode(payload.format.JSON)" => "local converted, problem = p:convert(payload.format.JSON)"
--@ twin E0004: "self.sent = self.sent + 1" => "self.sent = self.snt + 1"
--@ twin E0022: "local data, failed = bytes:data()" => "local data, failed = bytes:get()"
--@ twin E0004: "local p, err = payload.new(value)" => "local p, err = payload.wrap(value)"
