-- A closed set of shapes told apart by a tag; every function handles all of them.
-- annotated
type Circle = { kind: "circle", radius: number }
type Rect = { kind: "rect", width: number, height: number }
type Line = { kind: "line", from: Point, to: Point }
type Point = { x: number, y: number }
type Shape = Circle | Rect | Line

local function distance(a: Point, b: Point): number
    return math.sqrt((a.x - b.x) ^ 2 + (a.y - b.y) ^ 2)
end

local function area(shape: Shape): number
    if shape.kind == "circle" then
        return math.pi * shape.radius * shape.radius
    elseif shape.kind == "rect" then
        return shape.width * shape.height
    end
    return 0
end

local function outline(shape: Shape): number
    if shape.kind == "circle" then
        return 2 * math.pi * shape.radius
    end
    if shape.kind == "rect" then
        return 2 * (shape.width + shape.height)
    end
    return distance(shape.from, shape.to)
end

local function name(shape: Shape): string
    return shape.kind
end

local function scaled(shape: Shape, factor: number): Shape
    if shape.kind == "circle" then
        return { kind = "circle", radius = shape.radius * factor }
    elseif shape.kind == "rect" then
        return { kind = "rect", width = shape.width * factor, height = shape.height * factor }
    end
    local to: Point = {
        x = shape.from.x + (shape.to.x - shape.from.x) * factor,
        y = shape.from.y + (shape.to.y - shape.from.y) * factor,
    }
    return { kind = "line", from = shape.from, to = to }
end

local function largest(shapes: {Shape}): Shape?
    local best: Shape? = nil
    for _, shape in ipairs(shapes) do
        if best == nil or area(shape) > area(best) then
            best = shape
        end
    end
    return best
end

local function describe(shapes: {Shape}): string
    local best = largest(shapes)
    if best == nil then
        return "no shapes"
    end
    return string.format("largest: %s of %.2f", name(best), area(best))
end

--@ run: local r: Rect = { kind = "rect", width = 2, height = 3 }
--@ run: local l: Line = { kind = "line", from = { x = 0, y = 0 }, to = { x = 3, y = 4 } }
--@ run: assert(area(r) == 6 and outline(r) == 10 and outline(l) == 5 and outline(scaled(l, 2)) == 10)
--@ run: assert(describe({ l, r }) == "largest: rect of 6.00" and describe({}) == "no shapes")
--@ twin E0004: "return 2 * math.pi * shape.radius" => "return 2 * math.pi * shape.width"
--@ twin E0000: "return { kind = "circle", radius = shape.radius * factor }" => "return { kind = "circel", radius = shape.radius * factor }"
--@ twin E0003: "return distance(shape.from, shape.to)" => "return distance(shape.from)"
--@ twin E0000: "return string.format("largest: %s of %.2f", name(best), area(best))" => "return string.format("largest: %s of %.2f", name("rect"), area(best))"
