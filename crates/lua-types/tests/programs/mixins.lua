-- Mixins: methods copied into classes from plain tables.
local function mix(class, ...)
    for i = 1, select("#", ...) do
        local from = select(i, ...)
        for name, method in pairs(from) do
            if class[name] == nil then
                class[name] = method
            end
        end
    end
    return class
end

local Countable = {}

function Countable.count(self)
    local n = 0
    for _ in pairs(self.items) do
        n = n + 1
    end
    return n
end

function Countable.is_empty(self)
    return next(self.items) == nil
end

local Printable = {}

function Printable.dump(self)
    local names = {}
    for name, value in pairs(self.items) do
        names[#names + 1] = tostring(name) .. "=" .. tostring(value)
    end
    table.sort(names)
    return table.concat(names, " ")
end

local Bag = {}
Bag.__index = Bag
mix(Bag, Countable, Printable)

function Bag.new()
    return setmetatable({ items = {}, changes = 0 }, Bag)
end

function Bag:put(name, amount)
    amount = amount or 1
    self.items[name] = (self.items[name] or 0) + amount
    self.changes = self.changes + 1
    return self
end

function Bag:take(name)
    local have = self.items[name]
    if not have then
        return false
    end
    if have > 1 then
        self.items[name] = have - 1
    else
        self.items[name] = nil
    end
    self.changes = self.changes + 1
    return true
end

local function summary(bag)
    return string.format("%d kinds after %d changes", bag:count(), bag.changes)
end

--@ run: local bag = Bag.new():put("apple", 2):put("pear")
--@ run: assert(summary(bag) == "2 kinds after 2 changes")
--@ run: assert(bag:take("pear") and bag:take("apple") and not bag:take("plum"))
--@ run: assert(bag.changes == 4)
--@ run: assert(Printable.dump(bag) == "apple=1" and not Countable.is_empty(bag))
--@ twin E0004: "return setmetatable({ items = {}, changes = 0 }, Bag)" => "return setmetatable({ items = {}, changes = Countable.zero }, Bag)"
--@ twin E0019: "n = n + 1" => "n = n + {}"
--@ twin E0001: "return next(self.items) == nil" => "return nxt(self.items) == nil"
--@ twin E0000: "table.sort(names)" => "table.sort("names")"
