-- A recursive-descent calculator with variables and functions.
local FUNCTIONS = {
    sqrt = math.sqrt,
    abs = math.abs,
    max = math.max,
    half = function(x) return x / 2 end,
}

local function parser(text)
    local self = { text = text, pos = 1, vars = { pi = math.pi } }

    function self:peek()
        local start = self.text:find("%S", self.pos)
        if not start then
            return ""
        end
        self.pos = start
        return self.text:sub(start, start)
    end

    function self:accept(symbol)
        if self:peek() == symbol then
            self.pos = self.pos + 1
            return true
        end
        return false
    end

    function self:expect(symbol)
        if not self:accept(symbol) then
            error("expected " .. symbol .. " at " .. self.pos, 0)
        end
    end

    return self
end

local expression

local function atom(p)
    local c = p:peek()
    if p:accept("(") then
        local value = expression(p)
        p:expect(")")
        return value
    elseif p:accept("-") then
        return -atom(p)
    end
    local number = p.text:match("^%d+%.?%d*", p.pos)
    if number then
        p.pos = p.pos + #number
        return tonumber(number) or 0
    end
    local name = p.text:match("^%a+", p.pos)
    if not name then
        error("unexpected " .. (c == "" and "end" or c), 0)
    end
    p.pos = p.pos + #name
    if p:peek() ~= "(" then
        local value = p.vars[name]
        if value == nil then
            error("unknown variable " .. name, 0)
        end
        return value
    end
    local fn = FUNCTIONS[name]
    if not fn then
        error("unknown function " .. name, 0)
    end
    p:expect("(")
    local args = {}
    repeat
        args[#args + 1] = expression(p)
    until not p:accept(",")
    p:expect(")")
    return fn(table.unpack(args))
end

local function term(p)
    local value = atom(p)
    while true do
        if p:accept("*") then
            value = value * atom(p)
        elseif p:accept("/") then
            value = value / atom(p)
        else
            return value
        end
    end
end

expression = function(p)
    local value = term(p)
    while true do
        if p:accept("+") then
            value = value + term(p)
        elseif p:accept("-") then
            value = value - term(p)
        else
            return value
        end
    end
end

local function calculate(text, vars)
    local p = parser(text)
    for name, value in pairs(vars or {}) do
        p.vars[name] = value
    end
    local ok, result = pcall(expression, p)
    if not ok then
        return nil, result
    end
    if p:peek() ~= "" then
        return nil, "rest at " .. p.pos
    end
    return result
end

--@ run: assert(calculate("1 + 2 * (3 - x) / 4", { x = 1 }) == 2)
--@ run: assert(calculate("sqrt(16) + max(1, 7, 3) - half(2)") == 10)
--@ run: local v, e = calculate("2 +")
--@ run: assert(v == nil and e == "unexpected end")
--@ run: v, e = calculate("1 1")
--@ run: assert(v == nil and e == "rest at 3")
--@ twin E0004: "sqrt = math.sqrt," => "sqrt = math.squareroot,"
--@ twin E0001: "local p = parser(text)" => "local p = Parser(text)"
--@ twin E0019: "return nil, "rest at " .. p.pos" => "return nil, "rest at " .. p.vars"
--@ twin E0022: "if p:peek() ~= "" then" => "if p:peak() ~= "" then"
