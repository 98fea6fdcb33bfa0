-- E0022: methods that do not exist.
local s = "text"
print(s:upper(), ("x"):rep(3))
print(s:uper()) --! E0022
print(("%d"):fmt(1)) --! E0022

local Class = {}
Class.__index = Class
function Class.new() return setmetatable({ n = 1 }, Class) end
function Class:get() return self.n end
local c = Class.new()
print(c:get())
c:set(1) --! E0022
function Class:twice()
    return self:get() + self:gett() --! E0022
end
print(c:twice())

local inbox = process.inbox()
inbox:receive()
inbox:recieve() --! E0022
local t = { x = 1 }
t:x() --! E0002
t:y() --! E0022

interface Shape
    function area(): number
end
local function f(shape: Shape)
    shape:area()
    shape:perimeter() --! E0022
end
print(f)
local e = errors.new("text")
print(e:kind(), e:message())
print(e:text()) --! E0022
