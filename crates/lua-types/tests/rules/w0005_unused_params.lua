-- W0005: parameters that are never read.
local function f(a, b) --! W0005
    return a
end
local function g(_a, _, ...)
    return 1
end
local Class = {}
function Class:method(x) --! W0005
    return 1
end
function Class:other(x)
    return self, x
end
local h = function(a, b, c) --! W0005 W0005
    return b
end
local function k(a)
    return function() return a end
end
return f, g, Class, h, k
