-- A binary heap with a comparator, and a scheduler of tasks on top of it.
local Heap = {}
Heap.__index = Heap

local function less(a, b)
    return a < b
end

function Heap.new(cmp)
    return setmetatable({ cmp = cmp or less, size = 0, items = {} }, Heap)
end

function Heap:swap(i, j)
    local items = self.items
    items[i], items[j] = items[j], items[i]
end

function Heap:push(value)
    self.size = self.size + 1
    self.items[self.size] = value
    local i = self.size
    while i > 1 do
        local parent = i // 2
        if not self.cmp(self.items[i], self.items[parent]) then
            break
        end
        self:swap(i, parent)
        i = parent
    end
end

function Heap:pop()
    if self.size == 0 then
        return nil
    end
    local top = self.items[1]
    self.items[1] = self.items[self.size]
    self.items[self.size] = nil
    self.size = self.size - 1
    local i = 1
    while true do
        local left, right, best = 2 * i, 2 * i + 1, i
        if left <= self.size and self.cmp(self.items[left], self.items[best]) then
            best = left
        end
        if right <= self.size and self.cmp(self.items[right], self.items[best]) then
            best = right
        end
        if best == i then
            break
        end
        self:swap(i, best)
        i = best
    end
    return top
end

local function sorted(values, cmp)
    local heap = Heap.new(cmp)
    for _, v in ipairs(values) do
        heap:push(v)
    end
    local out = {}
    while heap.size > 0 do
        out[#out + 1] = heap:pop()
    end
    return out
end

--@ run: assert(table.concat(sorted({ 5, 2, 9, 1, 5 }), " ") == "1 2 5 5 9")
--@ run: local words = sorted({ "bb", "a", "ccc" }, function(x, y) return #x > #y end)
--@ run: assert(table.concat(words, " ") == "ccc bb a")
--@ run: assert(Heap.new():pop() == nil)
--@ twin E0022: "self:swap(i, parent)" => "self:swop(i, parent)"
--@ twin E0004: "while heap.size > 0 do" => "while heap.length > 0 do"
--@ twin E0019: "local parent = i // 2" => "local parent = i // {}"
--@ twin E0001: "local heap = Heap.new(cmp)" => "local heap = Heep.new(cmp)"
