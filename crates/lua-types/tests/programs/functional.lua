-- Functional utilities over lists and maps, and a lazy chain built on them.
local F = {}

function F.map(list, fn)
    local out = {}
    for i, v in ipairs(list) do
        out[i] = fn(v, i)
    end
    return out
end

function F.filter(list, pred)
    local out = {}
    for _, v in ipairs(list) do
        if pred(v) then
            out[#out + 1] = v
        end
    end
    return out
end

function F.reduce(list, fn, initial)
    local acc = initial
    for _, v in ipairs(list) do
        if acc == nil then
            acc = v
        else
            acc = fn(acc, v)
        end
    end
    return acc
end

function F.zip(a, b)
    local out = {}
    for i = 1, math.min(#a, #b) do
        out[i] = { a[i], b[i] }
    end
    return out
end

function F.partition(list, pred)
    local yes, no = {}, {}
    for _, v in ipairs(list) do
        local target = pred(v) and yes or no
        target[#target + 1] = v
    end
    return yes, no
end

function F.count_by(list, fn)
    local counts = {}
    for _, v in ipairs(list) do
        local k = fn(v)
        counts[k] = (counts[k] or 0) + 1
    end
    return counts
end

function F.flatten(list)
    local out = {}
    for _, v in ipairs(list) do
        if type(v) == "table" then
            for _, inner in ipairs(F.flatten(v)) do
                out[#out + 1] = inner
            end
        else
            out[#out + 1] = v
        end
    end
    return out
end

local Chain = {}
Chain.__index = Chain

function F.chain(list)
    return setmetatable({ list = list, steps = {} }, Chain)
end

function Chain:map(fn)
    self.steps[#self.steps + 1] = function(list) return F.map(list, fn) end
    return self
end

function Chain:filter(pred)
    self.steps[#self.steps + 1] = function(list) return F.filter(list, pred) end
    return self
end

function Chain:value()
    local list = self.list
    for _, step in ipairs(self.steps) do
        list = step(list)
    end
    return list
end

local function sum_of_squares(limit)
    local numbers = {}
    for i = 1, limit do
        numbers[i] = i
    end
    return F.reduce(F.map(numbers, function(x) return x * x end), function(a, b) return a + b end, 0)
end

--@ run: local odd = function(x) return x % 2 == 1 end
--@ run: assert(sum_of_squares(4) == 30 and #F.flatten({ 1, { 2, { 3, { 4 } } } }) == 4)
--@ run: local yes, no = F.partition({ 1, 2, 3 }, odd)
--@ run: assert(#yes == 2 and #no == 1 and F.count_by({ "a", "b", "a" }, function(x) return x end).a == 2)
--@ run: local doubled = F.chain({ 1, 2, 3 }):filter(odd):map(function(x) return x * 2 end):value()
--@ run: assert(table.concat(doubled, ",") == "2,6" and #F.zip({ 1, 2 }, { 3 }) == 1 and F.reduce({}, odd) == nil)
--@ twin E0004: "for _, inner in ipairs(F.flatten(v)) do" => "for _, inner in ipairs(F.flat(v)) do"
--@ twin E0004: "local list = self.list" => "local list = self.lst"
--@ twin E0019: "counts[k] = (counts[k] or 0) + 1" => "counts[k] = counts + 1"
--@ twin E0019: "numbers[i] = i" => "numbers[i] = i .. F"
