-- Classes and objects made with setmetatable.
local Base = {}
Base.__index = Base
function Base.new(name)
    local self = setmetatable({}, Base)
    self.name = name
    self.count = 0
    return self
end
function Base:increment(by: number?)
    self.count = self.count + (by or 1)
    return self
end
function Base:label() return "base" .. self.count end

local Derived = setmetatable({}, { __index = Base })
Derived.__index = Derived
function Derived.new(name)
    local self = setmetatable(Base.new(name), Derived)
    self.extra = "x"
    return self
end
function Derived:label() return "derived" .. Base.label(self) end
function Derived:shout() return self:label():upper() .. self.extra end

local b, d = Base.new("b"), Derived.new("d")
print(b:increment():increment(2):label(), b.count + 1)
b:increment("x") --! E0000
print(b.extra) --! E0004
print(b:shout()) --! E0022
print(d:shout(), d.extra:upper(), d.count + 1)
d:increment(2)
print(d:whisper()) --! E0022
print(d.nothing) --! E0004
print(Base.make) --! E0004
print(Derived.new("x"):label():upper())
print(b:label() + {}) --! E0019

local Vector = {}
Vector.__index = Vector
local function vec(x: number, y: number) return setmetatable({ x = x, y = y }, Vector) end
Vector.__add = function(a, c) return vec(a.x + c.x, a.y + c.y) end
Vector.__eq = function(a, c) return a.x == c.x end
Vector.__lt = function(a, c) return a.x < c.x end
Vector.__concat = function(a, c) return tostring(a) .. tostring(c) end
Vector.__len = function() return 2 end
Vector.__unm = function(a) return vec(-a.x, -a.y) end
Vector.__call = function(self, n: number) return self.x * n end
Vector.__tostring = function(a) return "(" .. a.x .. ")" end
local v, w = vec(1, 2), vec(3, 4)
print((v + w).x, v == w, v < w, #v, (-v).y, v(2) + 1, tostring(v) .. "", v .. w)
print(v - w) --! E0019
print(v * 2) --! E0019
print((v + w).z) --! E0004
v("x") --! E0000

local defaults = setmetatable({}, { __index = function(_, key) return key .. "!" end })
print(defaults.anything, defaults["other"])
local proxy = setmetatable({}, { __newindex = function(t, k, val) rawset(t, k, val) end })
proxy.x = 1
print(getmetatable(v) == Vector)
