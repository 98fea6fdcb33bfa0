-- Bounds that make an element certain.
local list: {string} = { "a" }
local function need(s: string) return s end

for i = 1, #list do need(list[i]) end
for i = 2, #list do need(list[i]) end
for i = #list, 1, -1 do need(list[i]) end
for i, v in ipairs(list) do need(v) need(list[i]) end
for i = 0, #list do need(list[i]) end --! E0000
for i = 1, #list do need(list[i + 1]) end --! E0000
for i = 1, 3 do need(list[i]) end --! E0000

if #list > 0 then
    need(list[1])
    need(list[#list])
end
if #list >= 2 then need(list[2]) end
if #list == 1 then need(list[1]) end
if #list > 0 then need(list[2]) end --! E0000
if #list == 0 then print("empty") else need(list[#list]) end
need(list[#list]) --! E0000

local function pop(stack: {string}): string?
    if #stack == 0 then return nil end
    local top = stack[#stack]
    stack[#stack] = nil
    return need(top)
end

local i = 1
while i <= #list do
    need(list[i])
    i = i + 1
end

local other: {string} = {}
for k = 1, #list do need(other[k]) end --! E0000
while #list > 0 do
    need(list[#list])
    table.remove(list)
end
print(pop)
