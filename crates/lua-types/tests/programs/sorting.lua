-- Sorting with comparators: by several keys, stable through indexes, topologically.
local people = {
    { name = "Bob", age = 31, city = "Oslo" },
    { name = "Ann", age = 25, city = "Rome" },
    { name = "Eve", age = 31, city = "Rome" },
    { name = "Dan", age = 25, city = "Oslo" },
}

local function by(...)
    local keys = { ... }
    return function(a, b)
        for _, key in ipairs(keys) do
            if a[key] ~= b[key] then
                return a[key] < b[key]
            end
        end
        return false
    end
end

local function names(list)
    local out = {}
    for i, person in ipairs(list) do
        out[i] = person.name
    end
    return table.concat(out, " ")
end

local function copy(list)
    local out = {}
    for i = 1, #list do
        out[i] = list[i]
    end
    return out
end

local function sorted(list, cmp)
    local out = copy(list)
    table.sort(out, cmp)
    return out
end

local function stable_sort(list, less)
    local wrapped = {}
    for i, v in ipairs(list) do
        wrapped[i] = { index = i, value = v }
    end
    table.sort(wrapped, function(a, b)
        if less(a.value, b.value) then
            return true
        elseif less(b.value, a.value) then
            return false
        end
        return a.index < b.index
    end)
    local out = {}
    for i, w in ipairs(wrapped) do
        out[i] = w.value
    end
    return out
end

local function group_by(list, key)
    local groups, order = {}, {}
    for _, item in ipairs(list) do
        local k = item[key]
        local bucket = groups[k]
        if not bucket then
            bucket = {}
            groups[k] = bucket
            order[#order + 1] = k
        end
        bucket[#bucket + 1] = item
    end
    table.sort(order)
    return groups, order
end

local function average_age()
    local sum = 0
    for _, person in ipairs(people) do
        sum = sum + person.age
    end
    return sum / #people
end

--@ run: assert(names(sorted(people, by("age", "name"))) == "Ann Dan Bob Eve")
--@ run: assert(names(stable_sort(people, function(a, b) return a.city < b.city end)) == "Bob Dan Ann Eve")
--@ run: local groups, order = group_by(people, "city")
--@ run: assert(table.concat(order, ",") == "Oslo,Rome" and #groups.Rome == 2 and average_age() == 28)
--@ twin E0004: "sum = sum + person.age" => "sum = sum + person.years"
--@ twin E0019: "return sum / #people" => "return sum / people"
--@ twin E0000: "table.sort(out, cmp)" => "table.sort(out, 5)"
--@ twin E0004: "return a.index < b.index" => "return a.index < table.indexes"
