-- A calculator in postfix notation with annotated functions over a class.
-- annotated
type Operator = (number, number) -> number

local Stack = {}
Stack.__index = Stack

function Stack.new()
    local items: {number} = {}
    return setmetatable({ items = items, high = 0 }, Stack)
end

function Stack:push(value: number)
    self.items[#self.items + 1] = value
    if #self.items > self.high then
        self.high = #self.items
    end
end

function Stack:pop(): number?
    local n = #self.items
    if n == 0 then
        return nil
    end
    local value = self.items[n]
    self.items[n] = nil
    return value
end

function Stack:size(): integer
    return #self.items
end

local operators: {[string]: Operator} = {
    ["+"] = function(a: number, b: number): number return a + b end,
    ["-"] = function(a: number, b: number): number return a - b end,
    ["*"] = function(a: number, b: number): number return a * b end,
    ["/"] = function(a: number, b: number): number return a / b end,
}

local function evaluate(text: string): (number?, string?)
    local stack = Stack.new()
    for word in text:gmatch("%S+") do
        local number = tonumber(word)
        local operator = operators[word]
        if number then
            stack:push(number)
        elseif operator then
            local b, a = stack:pop(), stack:pop()
            if not a or not b then
                return nil, "too few values for " .. word
            end
            stack:push(operator(a, b))
        else
            return nil, "unknown word " .. word
        end
    end
    if stack:size() ~= 1 then
        return nil, stack:size() .. " values are left"
    end
    return stack:pop()
end

local function show(text: string): string
    local value, err = evaluate(text)
    if value then
        return string.format("%g", value)
    end
    return "error: " .. (err or "unknown")
end

--@ run: assert(show("1 2 + 4 *") == "12" and show("8 2 /") == "4" and show("5 1 -") == "4")
--@ run: assert(show("1 +") == "error: too few values for +" and show("1 2") == "error: 2 values are left" and show("x") == "error: unknown word x")
--@ twin E0021: "stack:push(operator(a, b))" => "stack:push(operators[word](a, b))"
--@ twin E0000: "stack:push(number)" => "stack:push(word)"
--@ twin E0000: "return string.format("%g", value)" => "return value"
--@ twin E0022: "if stack:size() ~= 1 then" => "if stack:length() ~= 1 then"
