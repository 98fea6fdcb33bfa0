-- E0001: names that nobody declared.
local known = 1
print(known)
print(unknown) --! E0001
missing() --! E0001
local x = nothing + 1 --! E0001
known = absent --! E0001

do
    local inner = 2
    print(inner)
end
print(inner) --! E0001

local function f()
    return later --! E0001
end
local later = f()
print(later, x)

local g
local function h()
    return g
end
g = h
for i = 1, 3 do print(i) end
print(i) --! E0001
if known then local deep = 1 print(deep) else print(deep) end --! E0001
repeat local done = known until done
print(string, table, math, coroutine, errors, os, payload, channel, process, _G, _VERSION)
print(select, unpack, rawget, rawset, rawequal, getmetatable, next, xpcall, require)
print(loadstring) --! E0001
print(utf8) --! E0001
