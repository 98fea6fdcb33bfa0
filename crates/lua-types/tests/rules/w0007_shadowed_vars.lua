-- W0007: names that hide another local.
local x = 1
do
    local x = 2 --! W0007
    print(x)
end
local function f(x) --! W0007
    return x
end
for x = 1, 2 do --! W0007
    print(x)
end
for _, x in ipairs({}) do --! W0007
    print(x)
end
local y = 1
local y = y + 1 --! W0007
local function g()
    local z = 1
    return z
end
local z = 2
print(x, y, z, f, g)
