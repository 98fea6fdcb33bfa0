-- A singly linked list with nodes as plain tables.
local List = {}
List.__index = List

function List.new()
    return setmetatable({ head = nil, tail = nil, length = 0 }, List)
end

function List.from(values)
    local list = List.new()
    for _, v in ipairs(values) do
        list:append(v)
    end
    return list
end

function List:prepend(value)
    local node = { value = value, next = self.head }
    self.head = node
    if self.tail == nil then
        self.tail = node
    end
    self.length = self.length + 1
    return self
end

function List:append(value)
    local node = { value = value, next = nil }
    local tail = self.tail
    if tail then
        tail.next = node
    else
        self.head = node
    end
    self.tail = node
    self.length = self.length + 1
    return self
end

function List:each()
    local node = self.head
    return function()
        if node == nil then
            return nil
        end
        local value = node.value
        node = node.next
        return value
    end
end

function List:reverse()
    local out = List.new()
    for value in self:each() do
        out:prepend(value)
    end
    return out
end

function List:find(pred)
    local node = self.head
    while node do
        if pred(node.value) then
            return node
        end
        node = node.next
    end
    return nil
end

function List:join(sep)
    local parts = {}
    for value in self:each() do
        parts[#parts + 1] = tostring(value)
    end
    return table.concat(parts, sep)
end

--@ run: local list = List.from({ 1, 2, 3 }):prepend(0)
--@ run: assert(list:join("-") == "0-1-2-3" and list.length == 4)
--@ run: assert(list:reverse():join("") == "3210")
--@ run: local two = list:find(function(v) return v == 2 end)
--@ run: assert(two and two.value == 2 and not list:find(function() return false end))
--@ run: assert(List.new():join(",") == "")
--@ twin E0004: "local list = List.new()" => "local list = List.create()"
--@ twin E0022: "out:prepend(value)" => "out:prepand(value)"
--@ twin E0000: "return table.concat(parts, sep)" => "return table.concat("parts", sep)"
