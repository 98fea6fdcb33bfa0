-- W0004: locals that are never read.
local used = 1
local unused = 2 --! W0004
local _ignored = 3
local written = 4 --! W0004
written = used
local function never() --! W0004
    return used
end
for i, v in ipairs({}) do --! W0004
    print(v)
end
for _, v in ipairs({}) do
    print(v)
end
for n = 1, 3 do --! W0004
    print("x")
end
local a, b = 1, 2 --! W0004
print(a)
local function param(x)
    return 1
end
param(1)
local captured = 1
local function reader() return captured end
reader()
do
    local shadow = 1 --! W0004
end
