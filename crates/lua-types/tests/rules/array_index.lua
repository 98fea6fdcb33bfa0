-- Reading an element may give nil, unless the index is known to be in the array.
local list: {number} = { 1, 2, 3 }
local function at(i: integer): number
    return list[i] --! E0000
end
local function at_or(i: integer): number
    return list[i] or 0
end
local function at_checked(i: integer): number
    local v = list[i]
    if v == nil then
        return 0
    end
    return v
end
local function sum(): number
    local total = 0
    for i = 1, #list do
        total = total + list[i]
    end
    for i = #list, 1, -1 do
        local v = list[i]
        total = total - v
    end
    return total
end
local function beyond(): number
    local total = 0
    for i = 1, 10 do
        total = total + list[i] --! E0019
    end
    for i = 1, #list + 1 do
        total = total + list[i] --! E0019
    end
    return total
end
local literal = { "a", "b" }
print(literal[1]:upper(), literal[2]:upper())
local function last(stack: {string}): string
    if #stack > 0 then
        return stack[#stack]
    end
    return ""
end
local function first(queue: {string}): string?
    return queue[1]
end
print(first({}):upper(), at, at_or, at_checked, sum, beyond, last) --! E0023
local map: {[string]: number} = {}
print(map.a + 1) --! E0019
print((map.a or 0) + 1)
