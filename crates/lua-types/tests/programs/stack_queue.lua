-- A stack and a queue, the queue with two indexes so that both ends are cheap.
local Stack = {}
Stack.__index = Stack

function Stack.new()
    return setmetatable({ n = 0, data = {} }, Stack)
end

function Stack:push(value)
    self.n = self.n + 1
    self.data[self.n] = value
end

function Stack:pop()
    if self.n == 0 then
        return nil
    end
    local value = self.data[self.n]
    self.data[self.n] = nil
    self.n = self.n - 1
    return value
end

function Stack:peek()
    return self.data[self.n]
end

local Queue = {}
Queue.__index = Queue

function Queue.new(values)
    local self = setmetatable({ first = 1, last = 0, items = {} }, Queue)
    for _, v in ipairs(values or {}) do
        self:push(v)
    end
    return self
end

function Queue:push(value)
    self.last = self.last + 1
    self.items[self.last] = value
end

function Queue:pop()
    if self.first > self.last then
        return nil, "empty"
    end
    local value = self.items[self.first]
    self.items[self.first] = nil
    self.first = self.first + 1
    return value
end

function Queue:size()
    return self.last - self.first + 1
end

local function balanced(text)
    local closing = { [")"] = "(", ["]"] = "[", ["}"] = "{" }
    local open = {}
    for c in text:gmatch("[%(%)%[%]{}]") do
        local wanted = closing[c]
        if wanted then
            if #open == 0 or open[#open] ~= wanted then
                return false
            end
            open[#open] = nil
        else
            open[#open + 1] = c
        end
    end
    return #open == 0
end

--@ run: local s = Stack.new()
--@ run: s:push(1)
--@ run: s:push(2)
--@ run: assert(s:peek() == 2 and s:pop() == 2 and s:pop() == 1 and s:pop() == nil)
--@ run: local q = Queue.new({ "a", "b" })
--@ run: assert(q:size() == 2 and q:pop() == "a" and q:pop() == "b" and select(2, q:pop()) == "empty")
--@ run: assert(balanced("f(a[1]{})") and not balanced("(]") and not balanced("(("))
--@ twin E0004: "return self.last - self.first + 1" => "return self.last - self.frist + 1"
--@ twin E0022: "self:push(v)" => "self:pusch(v)"
--@ twin E0019: "return #open == 0" => "return open + 1 == 0"
--@ twin E0001: "if #open == 0 or open[#open] ~= wanted then" => "if #opn == 0 or open[#open] ~= wanted then"
