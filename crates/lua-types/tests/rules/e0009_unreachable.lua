-- E0009: statements that no path reaches, once for each stretch.
local function f(x)
    if x then
        return 1
    else
        return 2
    end
    print("never") --! E0009
    print("neither")
end

local function g()
    error("no")
    print("never") --! E0009
end

local function h()
    while true do
        print("again")
    end
    print("never") --! E0009
end

local function i()
    while true do
        if f(1) then break end
    end
    print("reached")
end

local function j(list)
    for _, v in ipairs(list) do
        if v then
            goto continue
        else
            goto continue
        end
        print("never") --! E0009
        ::continue::
    end
end

local function k()
    do
        return 1
    end
end
print(f, g, h, i, j, k)
