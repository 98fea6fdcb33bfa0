-- Sets with operators, made of tables whose keys are the members.
local Set = {}
Set.__index = Set

function Set.new(list)
    local self = setmetatable({ has = {}, size = 0 }, Set)
    for _, v in ipairs(list or {}) do
        self:add(v)
    end
    return self
end

function Set:add(value)
    if not self.has[value] then
        self.has[value] = true
        self.size = self.size + 1
    end
    return self
end

function Set:remove(value)
    if self.has[value] then
        self.has[value] = nil
        self.size = self.size - 1
        return true
    end
    return false
end

function Set:contains(value)
    return self.has[value] == true
end

function Set:each()
    return pairs(self.has)
end

Set.__add = function(a, b)
    local out = Set.new()
    for v in a:each() do out:add(v) end
    for v in b:each() do out:add(v) end
    return out
end

Set.__mul = function(a, b)
    local out = Set.new()
    for v in a:each() do
        if b:contains(v) then out:add(v) end
    end
    return out
end

Set.__sub = function(a, b)
    local out = Set.new()
    for v in a:each() do
        if not b:contains(v) then out:add(v) end
    end
    return out
end

Set.__le = function(a, b)
    for v in a:each() do
        if not b:contains(v) then return false end
    end
    return true
end

Set.__lt = function(a, b)
    return a <= b and a.size < b.size
end

Set.__eq = function(a, b)
    return a.size == b.size and a <= b
end

Set.__len = function(s)
    return s.size
end

Set.__tostring = function(s)
    local parts = {}
    for v in s:each() do
        parts[#parts + 1] = tostring(v)
    end
    table.sort(parts)
    return "{" .. table.concat(parts, ", ") .. "}"
end

local function letters(text)
    local set = Set.new()
    for c in text:gmatch("%a") do
        set:add(c:lower())
    end
    return set
end

--@ run: local a, b = letters("Hello"), letters("world")
--@ run: assert(tostring(a * b) == "{l, o}" and tostring(a - b) == "{e, h}" and #(a + b) == 7)
--@ run: assert(Set.new({ "l" }) < a and a == letters("holle") and not (a <= b) and a ~= b)
--@ run: assert(a:remove("h") and not a:remove("h") and not a:contains("h"))
--@ twin E0022: "set:add(c:lower())" => "set:insert(c:lower())"
--@ twin E0019: "return "{" .. table.concat(parts, ", ") .. "}"" => "return "{" .. parts .. "}""
--@ twin E0004: "self.size = self.size - 1" => "self.size = self.sise - 1"
--@ twin E0001: "return pairs(self.has)" => "return pears(self.has)"
