-- Amounts of money in cents with currencies; a class returned as a module.
local Money = {}
Money.__index = Money

local SYMBOLS = { EUR = "€", USD = "$", JPY = "¥" }
local DIGITS = { EUR = 2, USD = 2, JPY = 0 }

local function new(cents, currency)
    return setmetatable({ cents = cents, currency = currency or "EUR" }, Money)
end

function Money.of(amount, currency)
    local digits = DIGITS[currency or "EUR"] or 2
    return new(math.floor(amount * 10 ^ digits + 0.5), currency)
end

function Money.parse(text)
    local amount, currency = string.match(text, "^(%-?%d+%.?%d*) ?(%u*)$")
    local value = tonumber(amount)
    if not value then
        return nil, "not an amount: " .. text
    end
    if currency == "" then
        currency = nil
    end
    return Money.of(value, currency)
end

local function same(a, b)
    if a.currency ~= b.currency then
        error("currencies differ: " .. a.currency .. " and " .. b.currency, 3)
    end
end

Money.__add = function(a, b)
    same(a, b)
    return new(a.cents + b.cents, a.currency)
end

Money.__sub = function(a, b)
    same(a, b)
    return new(a.cents - b.cents, a.currency)
end

Money.__mul = function(a, factor)
    return new(math.floor(a.cents * factor + 0.5), a.currency)
end

Money.__eq = function(a, b)
    return a.currency == b.currency and a.cents == b.cents
end

Money.__le = function(a, b)
    same(a, b)
    return a.cents <= b.cents
end

Money.__lt = function(a, b)
    same(a, b)
    return a.cents < b.cents
end

function Money:__tostring()
    local digits = DIGITS[self.currency] or 2
    local symbol = SYMBOLS[self.currency] or self.currency
    return symbol .. string.format("%." .. digits .. "f", self.cents / 10 ^ digits)
end

function Money:split(n)
    local parts = {}
    local base, rest = self.cents // n, self.cents % n
    for i = 1, n do
        local cents = base
        if i <= rest then
            cents = cents + 1
        end
        parts[i] = new(cents, self.currency)
    end
    return parts
end

function Money.sum(list)
    local total = new(0)
    for _, m in ipairs(list) do
        total = total + m
    end
    return total
end

return Money

--@ run: local a = assert(Money.parse("12.50 USD"))
--@ run: assert(tostring(a) == "$12.50" and tostring(Money.of(300, "JPY")) == "¥300" and a * 2 == Money.of(25, "USD"))
--@ run: assert(a < Money.of(13, "USD") and a <= a and (a - a).cents == 0)
--@ run: assert(not pcall(function() return a + new(1) end))
--@ run: local parts = new(100):split(3)
--@ run: assert(#parts == 3 and Money.sum(parts) == new(100) and select(2, Money.parse("x")) == "not an amount: x")
--@ twin E0004: "return Money.of(value, currency)" => "return Money.off(value, currency)"
--@ twin E0001: "local total = new(0)" => "local total = make(0)"
--@ twin E0004: "local base, rest = self.cents // n, self.cents % n" => "local base, rest = self.cents // n, self.cent % n"
--@ twin E0019: "cents = cents + 1" => "cents = cents + parts"
