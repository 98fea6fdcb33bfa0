-- Interfaces: whoever has the methods fits.
interface Shape
    function area(): number
    function scale(factor: number): Shape
end
interface Named
    function name(): string
end
interface NamedShape: Shape, Named
    function describe(): string
end

local Square = {}
Square.__index = Square
function Square.new(side: number)
    return setmetatable({ side = side }, Square)
end
function Square:area(): number return self.side ^ 2 end
function Square:scale(factor: number): Shape return Square.new(self.side * factor) end

local Blob = {}
Blob.__index = Blob
function Blob.new() return setmetatable({}, Blob) end
function Blob:area(): string return "large" end

local function total(shapes: {Shape}): number
    local sum = 0
    for _, s in ipairs(shapes) do sum = sum + s:area() end
    return sum
end
total({ Square.new(2), Square.new(3):scale(2) })
local a: Shape = Square.new(1)
local b: Shape = Blob.new() --! E0000
local c: Shape = {} --! E0000
local d: Named = Square.new(1) --! E0000
print(a:area() + 1)
print(a:name()) --! E0022
a:scale("x") --! E0000
a:scale() --! E0003
local function show(n: NamedShape): string
    return n:name() .. n:area() .. n:describe()
end
print(b, c, d, show)
