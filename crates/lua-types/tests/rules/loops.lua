-- Loop variables and what loops make of locals.
for i = 1, 10 do print(i + 1) end
for i = 1, 10 do print(i.x) end --! E0005
for i = 1, 2, 0.5 do print(i + 1) end
local limit: number? = tonumber("3")
for i = 1, limit do print(i) end --! E0000
for i = 1, limit or 3 do print(i) end
for k, v in pairs({ a = 1, b = 2 }) do print(k:upper(), v + 1) end
for k, v in pairs({ "a", "b" }) do print(k + 1, v:upper()) end
for i, v in ipairs({ "a" }) do print(i + 1, v:upper()) end
for k, v in next, { x = "a" } do print(k:upper(), v:upper()) end
for word in string.gmatch("a b", "%a") do print(word:upper()) end
for word in ("a b"):gmatch("%a") do print(word:uper()) end --! E0022
for k in pairs(5) do print(k) end --! E0000
for x in 5 do print(x) end --! E0002
for x in {} do print(x) end --! E0002
local function each(n)
    local i = 0
    return function()
        i = i + 1
        if i <= n then return i end
    end
end
for v in each(3) do print(v + 1) end
for v in each(3) do print(v .. {}) end --! E0019
local found
for _, v in ipairs({ 1, 2 }) do
    if v > 1 then
        found = v
        break
    end
end
print(found + 1) --! E0019
if found then print(found + 1) end
local n = 0
while n < 3 do n = n + 1 end
repeat
    local done = n > 5
    n = n + 1
until done
print(n + 1)

-- A loop takes a turn: a local that each turn fills was filled, one that only some turns fill may be empty.
local last, some
for i = 1, 3 do
    for j = 1, 3 do last = function() return i + j end end
    if i > 1 then some = last end
end
print(last() + 1)
print(some()) --! E0021
local annotated: string? = nil
for word in ("a b"):gmatch("%a") do annotated = word end
print(annotated:upper()) --! E0023
local entry
while n < 9 do
    entry = { n = n }
    n = n + 1
end
print(entry.n, entry.m) --! E0004
