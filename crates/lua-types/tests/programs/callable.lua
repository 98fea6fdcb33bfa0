-- Callable objects: classes that are called to make instances, counters, multimethods.
local function class(name, base)
    local cls = { name = name, methods = {} }
    if base then
        for k, v in pairs(base.methods) do
            cls.methods[k] = v
        end
    end
    local instance_mt = { __index = cls.methods }
    return setmetatable(cls, {
        __call = function(_, ...)
            local self = setmetatable({}, instance_mt)
            if self.init then
                self:init(...)
            end
            return self
        end,
        __tostring = function(c)
            return "class " .. c.name
        end,
    })
end

local Point = class("Point")

function Point.methods:init(x, y)
    self.x, self.y = x, y
end

function Point.methods:move(dx, dy)
    self.x = self.x + dx
    self.y = self.y + dy
    return self
end

local Counter = setmetatable({}, {
    __call = function(cls, start)
        return setmetatable({ value = start or 0 }, cls)
    end,
})
Counter.__index = Counter

Counter.__call = function(self, step)
    self.value = self.value + (step or 1)
    return self.value
end

function Counter:reset()
    self.value = 0
end

local function dispatcher()
    local handlers = {}
    return setmetatable({ handlers = handlers, calls = 0 }, {
        __call = function(self, value)
            self.calls = self.calls + 1
            local handler = handlers[type(value)]
            if handler then
                return handler(value)
            end
            return "?"
        end,
    })
end

local show = dispatcher()

show.handlers.number = function(n)
    return string.format("%.1f", n)
end

show.handlers.string = function(s)
    return "'" .. s .. "'"
end

show.handlers.table = function(t)
    local out = {}
    for i, v in ipairs(t) do
        out[i] = show(v)
    end
    return "{" .. table.concat(out, ", ") .. "}"
end

--@ run: local p = Point(1, 2):move(1, 1)
--@ run: assert(p.x == 2 and p.y == 3 and tostring(Point) == "class Point")
--@ run: local c = Counter(5)
--@ run: assert(c() == 6 and c(4) == 10)
--@ run: c:reset()
--@ run: assert(c() == 1)
--@ run: assert(show({ 1, "a", { 2 }, true }) == "{1.0, 'a', {2.0}, ?}" and show.calls == 6)
--@ twin E0004: "self.calls = self.calls + 1" => "self.calls = self.calls + string.lenght"
--@ twin E0019: "return "{" .. table.concat(out, ", ") .. "}"" => "return "{" .. out .. "}""
--@ twin E0001: "out[i] = show(v)" => "out[i] = shw(v)"
