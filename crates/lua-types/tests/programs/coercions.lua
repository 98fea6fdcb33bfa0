-- Conversions between texts and numbers, explicit ones and those that Lua does itself.
local conv = {}

function conv.to_number(value, default)
    local n = tonumber(value)
    if n == nil then
        return default
    end
    return n
end

function conv.to_boolean(value)
    if type(value) == "boolean" then
        return value
    elseif type(value) == "number" then
        return value ~= 0
    elseif type(value) == "string" then
        local text = value:lower()
        return text == "true" or text == "yes" or text == "1"
    end
    return false
end

function conv.size(text)
    local amount, unit = string.match(text, "^(%d+)([kKmM]?)$")
    if not amount then
        return nil, "bad size " .. text
    end
    local n = tonumber(amount) or 0
    if unit == "k" or unit == "K" then
        n = n * 1024
    elseif unit == "m" or unit == "M" then
        n = n * 1024 * 1024
    end
    return n
end

function conv.join(...)
    local out = ""
    for i = 1, select("#", ...) do
        out = out .. tostring((select(i, ...)))
    end
    return out
end

local function label(n)
    return "item " .. n
end

local function next_label(i)
    return label(i + 1) .. "/" .. 10 .. "/" .. 2.5
end

local function doubled()
    return "10" * 2 + "1"
end

local function percent(part, whole)
    if whole == 0 then
        return "n/a"
    end
    return math.floor(part / whole * 100) .. "%"
end

local function hex(n)
    return ("%x"):format(n)
end

local function from_hex(text)
    local n = tonumber(text, 16)
    if not n then
        error("not hexadecimal: " .. text)
    end
    return n + 0
end

--@ run: assert(conv.to_number("12") == 12 and conv.to_number("x", 7) == 7)
--@ run: assert(conv.to_boolean("YES") and not conv.to_boolean(0) and not conv.to_boolean({}))
--@ run: assert(conv.size("4k") == 4096 and conv.size("2M") == 2097152 and select(2, conv.size("?")) == "bad size ?")
--@ run: assert(conv.join(1, "a", nil, true) == "1aniltrue" and next_label(1) == "item 2/10/2.5")
--@ run: assert(doubled() == 21 and percent(1, 3) == "33%" and percent(1, 0) == "n/a")
--@ run: assert(from_hex(hex(255)) == 255 and not pcall(from_hex, "xyz"))
--@ twin E0019: "return "10" * 2 + "1"" => "return "10" * 2 + "one""
--@ twin E0001: "return label(i + 1) .. "/" .. 10 .. "/" .. 2.5" => "return lable(i + 1) .. "/" .. 10 .. "/" .. 2.5"
--@ twin E0019: "local n = tonumber(amount) or 0" => "local n = amount + 0"
--@ twin E0022: "return ("%x"):format(n)" => "return ("%x"):fmt(n)"
