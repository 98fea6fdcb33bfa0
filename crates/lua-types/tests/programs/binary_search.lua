-- A sorted list with binary search, ranges and merging, and a histogram on top of it.
local Sorted = {}
Sorted.__index = Sorted

local function natural(a, b)
    return a < b
end

function Sorted.new(less)
    return setmetatable({ less = less or natural, items = {}, n = 0 }, Sorted)
end

function Sorted.from(values, less)
    local list = Sorted.new(less)
    for _, v in ipairs(values) do
        list:insert(v)
    end
    return list
end

function Sorted:lower_bound(value)
    local low, high = 1, self.n + 1
    while low < high do
        local mid = (low + high) // 2
        if self.less(self.items[mid], value) then
            low = mid + 1
        else
            high = mid
        end
    end
    return low
end

function Sorted:insert(value)
    local at = self:lower_bound(value)
    table.insert(self.items, at, value)
    self.n = self.n + 1
    return at
end

function Sorted:index_of(value)
    local at = self:lower_bound(value)
    local found = self.items[at]
    if found == nil or self.less(value, found) then
        return nil
    end
    return at
end

function Sorted:remove(value)
    local at = self:index_of(value)
    if not at then
        return false
    end
    table.remove(self.items, at)
    self.n = self.n - 1
    return true
end

function Sorted:range(from, to)
    local out = {}
    for i = self:lower_bound(from), self.n do
        local item = self.items[i]
        if item == nil or self.less(to, item) then
            break
        end
        out[#out + 1] = item
    end
    return out
end

local function histogram(values, width)
    local list = Sorted.from(values)
    local bars = {}
    local first = list.items[1]
    if first == nil then
        return bars
    end
    local start = first - first % width
    while start <= list.items[list.n] do
        bars[#bars + 1] = #list:range(start, start + width - 1)
        start = start + width
    end
    return bars
end

local function median(values)
    local list = Sorted.from(values)
    if list.n == 0 then
        return nil
    end
    local middle = (list.n + 1) // 2
    if list.n % 2 == 1 then
        return list.items[middle]
    end
    return (list.items[middle] + list.items[middle + 1]) / 2
end

--@ run: local s = Sorted.from({ 5, 1, 4, 1 })
--@ run: assert(s:index_of(4) == 3 and s:index_of(2) == nil and s:insert(3) == 3 and s:remove(1) and not s:remove(9) and s.n == 4)
--@ run: assert(table.concat(s:range(2, 4), ",") == "3,4" and median({ 3, 1, 2 }) == 2 and median({ 4, 1 }) == 2.5 and median({}) == nil)
--@ run: assert(table.concat(histogram({ 1, 2, 11, 25 }, 10), " ") == "2 1 1")
--@ twin E0022: "local at = self:index_of(value)" => "local at = self:indexof(value)"
--@ twin E0004: "local first = list.items[1]" => "local first = list.values[1]"
--@ twin E0019: "self.n = self.n - 1" => "self.n = self.n - self.items"
--@ twin E0000: "table.remove(self.items, at)" => "table.remove(self.items, "first")"
