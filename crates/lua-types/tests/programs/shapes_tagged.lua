-- Shapes as tagged tables made by constructors; functions branch on the tag.
local function circle(r)
    return { tag = "circle", radius = r + 0.0 }
end

local function rect(w, h)
    return { tag = "rect", width = w * 1.0, height = h * 1.0 }
end

local function group(...)
    return { tag = "group", members = { ... } }
end

local function area(shape)
    if shape.tag == "circle" then
        return math.pi * shape.radius ^ 2
    elseif shape.tag == "rect" then
        return shape.width * shape.height
    elseif shape.tag == "group" then
        local sum = 0
        for _, member in ipairs(shape.members) do
            sum = sum + area(member)
        end
        return sum
    end
    error("unknown shape " .. tostring(shape.tag))
end

local function scale(shape, factor)
    if shape.tag == "circle" then
        return circle(shape.radius * factor)
    elseif shape.tag == "rect" then
        return rect(shape.width * factor, shape.height * factor)
    end
    local members = {}
    for i, member in ipairs(shape.members) do
        members[i] = scale(member, factor)
    end
    return { tag = "group", members = members }
end

local function describe(shape)
    local kind = shape.tag
    local text = string.format("%s of %.1f", kind, area(shape))
    if kind == "group" then
        text = text .. " with " .. #shape.members .. " members"
    end
    return text
end

local unit = circle(1)

local function unit_diameter()
    return unit.radius * 2
end

local function sides()
    local square = rect(2, 2)
    local total = square.width + square.height
    return total * 2
end

local function count(shape)
    if shape.tag ~= "group" then
        return 1
    end
    local n = 0
    for _, member in ipairs(shape.members) do
        n = n + count(member)
    end
    return n
end

--@ run: local g = group(rect(2, 3), group(rect(1, 1), circle(0)))
--@ run: assert(area(g) == 7 and count(g) == 3 and area(scale(g, 2)) == 28)
--@ run: assert(describe(g) == "group of 7.0 with 2 members" and describe(rect(1, 2)) == "rect of 2.0")
--@ run: assert(unit_diameter() == 2 and sides() == 8 and not pcall(area, { tag = "x" }))
--@ twin E0004: "return unit.radius * 2" => "return unit.width * 2"
--@ twin E0004: "local total = square.width + square.height" => "local total = square.width + square.hight"
--@ twin E0019: "return total * 2" => "return total .. rect"
--@ twin E0004: "return math.pi * shape.radius ^ 2" => "return math.PI * shape.radius ^ 2"
