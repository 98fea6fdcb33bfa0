-- E0014: a chain over all variants of a tag, without `else`, that forgets one.
type Circle = { kind: "circle", radius: number }
type Rect = { kind: "rect", width: number }
type Line = { kind: "line", length: number }
type Shape = Circle | Rect | Line

local function all(shape: Shape)
    if shape.kind == "circle" then
        print(shape.radius)
    elseif shape.kind == "rect" then
        print(shape.width)
    elseif shape.kind == "line" then
        print(shape.length)
    end
end

local function forgets(shape: Shape)
    if shape.kind == "circle" then --! E0014
        print(shape.radius)
    elseif shape.kind == "rect" then
        print(shape.width)
    end
end

local function rest(shape: Shape)
    if shape.kind == "circle" then
        print(shape.radius)
    elseif shape.kind == "rect" then
        print(shape.width)
    else
        print(shape.length)
    end
end

local function one(shape: Shape)
    if shape.kind == "circle" then
        print(shape.radius)
    end
end

local function literals(mode: "on" | "off" | "auto"): string?
    if mode == "on" then --! E0014
        return "1"
    elseif mode == "off" then
        return "0"
    end
end
print(all, forgets, rest, one, literals)
