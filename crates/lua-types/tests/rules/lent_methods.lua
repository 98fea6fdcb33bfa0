-- Objects whose metatable names another table as `__index`: its methods are theirs, whatever the metatable is called.
local M = {}
local mt = { __index = M, __tostring = function(self) return "fsm(" .. self.state .. ")" end }
function M.new(def)
    local o = { state = def.initial, hooks = {} }
    return setmetatable(o, mt)
end
function M:on(state, fn)
    self.hooks[state] = self.hooks[state] or {}
    table.insert(self.hooks[state], fn)
    self.count = (self.count or 0) + 1
    return self
end
function M:both() return self:on("a", print), self.state, self.hoks end --! E0004
local m = M.new({ initial = "x" })
print(m:on("run", print):on("stop", print), m.state, m.count, m.stat) --! E0004
m:of("run", print) --! E0022

-- The metatable stands where it is set.
local Q = {}
function Q.new() return setmetatable({ items = {} }, { __index = Q }) end
function Q:push(v) self.items[#self.items + 1] = v return self end
function Q:size() return #self.itmes end --! E0004
print(Q.new():push(1):push(2):size(), Q.new().items, Q.new().item) --! E0004

-- It is filled later.
local P = {}
function P:twice() return self:once() + self.n end
function P:once() self.seen = true return self.n * 2 end
function P:thrice() return self:onec() end --! E0022
local pmt = {}
pmt.__index = P
pmt.__call = function(self, k) return self.n + k + self:once() end
function P.new(n) local o = { n = n } return setmetatable(o, pmt) end
local p = P.new(3)
print(p:twice(), p.seen, p(2), p.sen) --! E0004

-- A derived class made in this way is no object of its base: what its own objects hold, those of the base lack.
local Base = {}
Base.__index = Base
function Base.new(x) local self = setmetatable({}, Base) self.x = x return self end
function Base:area() return self.x end
local Derived = setmetatable({}, { __index = Base })
Derived.__index = Derived
function Derived.new(x, y) local self = setmetatable(Base.new(x), Derived) self.y = y return self end
function Derived:area() return self.x * self.y end
print(Derived.new(1, 2):area(), Base.new(1).y) --! E0004
return { M = M, Q = Q, P = P }
