-- Two-dimensional vectors with operator metamethods.
local Vector = {}
Vector.__index = Vector

local function new(x, y)
    return setmetatable({ x = x or 0, y = y or 0 }, Vector)
end

Vector.new = new
Vector.zero = new(0, 0)

function Vector.__add(a, b)
    return new(a.x + b.x, a.y + b.y)
end

function Vector.__sub(a, b)
    return new(a.x - b.x, a.y - b.y)
end

function Vector.__mul(a, b)
    if type(a) == "number" then
        return new(a * b.x, a * b.y)
    elseif type(b) == "number" then
        return new(a.x * b, a.y * b)
    end
    return new(a.x * b.x, a.y * b.y)
end

function Vector.__unm(a)
    return new(-a.x, -a.y)
end

function Vector.__eq(a, b)
    return a.x == b.x and a.y == b.y
end

function Vector.__lt(a, b)
    return a:length() < b:length()
end

function Vector.__len()
    return 2
end

function Vector.__tostring(v)
    return string.format("(%g, %g)", v.x, v.y)
end

function Vector.__concat(a, b)
    return tostring(a) .. tostring(b)
end

function Vector:length()
    return math.sqrt(self.x * self.x + self.y * self.y)
end

function Vector:normalized()
    local len = self:length()
    if len == 0 then
        return Vector.zero
    end
    return new(self.x / len, self.y / len)
end

local function centroid(points)
    local sum = Vector.zero
    for i = 1, #points do
        sum = sum + points[i]
    end
    return sum * (1 / #points)
end

--@ run: local a, b = new(3, 4), new(1, 2)
--@ run: assert(a + b == new(4, 6) and a - b == new(2, 2) and -a == new(-3, -4))
--@ run: assert(a:length() == 5 and b < a and #a == 2)
--@ run: assert((2 * a).x == 6 and (a * 2).y == 8)
--@ run: assert(tostring(a) == "(3, 4)" and a .. b == "(3, 4)(1, 2)")
--@ run: assert(centroid({ a, b }) == new(2, 3))
--@ run: assert(a:normalized():length() == 1)
--@ twin E0004: "return math.sqrt(self.x * self.x + self.y * self.y)" => "return math.sqroot(self.x * self.x + self.y * self.y)"
--@ twin E0022: "local len = self:length()" => "local len = self:lenght()"
--@ twin E0003: "return string.format("(%g, %g)", v.x, v.y)" => "return string.format()"
--@ twin E0004: "local sum = Vector.zero" => "local sum = Vector.zeroes"
