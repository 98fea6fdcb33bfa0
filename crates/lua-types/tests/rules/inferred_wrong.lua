-- What is wrong in private functions for the arguments that they get.
local function find(list, pred)
    for i, v in ipairs(list) do if pred(v) then return v, i end end
    return nil
end
local hit, at = find({ 1, 2, 3 }, function(v) return v > 1 end)
local Base = {}
Base.__index = Base
function Base.new(name)
    local self = setmetatable({}, Base)
    self.name = name
    self.tags = {}
    return self
end
function Base:describe() return self.nmae .. ":" end --! E0004
print(Base.new("a"):descibe()) --! E0022
print(Base.new("a").tags.x.y)
local function once(f)
    local done = false
    return function(...)
        if not done then done = done + 1 end --! E0019
        return f(...)
    end
end
local function label(n, unit)
    local text = n .. unit.short --! E0004
    return text
end
print(label(1, "km"), label(2, "m"))
local function total(order)
    local sum = 0
    for _, line in ipairs(order.lines) do
        sum = sum + line.price * line.qty --! E0019
    end
    return sum
end
print(total({ lines = { { price = "5", qty = 2 }, { price = "x", qty = 3 } } }))
local function first_name(user)
    local name = user.name
    return name.first:upper() --! E0005
end
print(first_name({ name = 5 }))
local function start(server)
    server:lisen(80) --! E0022
end
local Server = {}
Server.__index = Server
function Server.new() return setmetatable({ port = 1 }, Server) end
function Server:listen(p) self.port = p end
start(Server.new())
local function sum(...)
    local t = 0
    for _, v in ipairs({ ... }) do t = t + v end
    return t
end
print(sum(1, 2) .. {}) --! E0019
local function fmt(n)
    return n:format("%d") --! E0005
end
print(fmt(1), fmt(2.5))
local function pick(flag, a, b)
    if flag then return a.x end
    return b .. {} --! E0019
end
print(pick(true, { x = 1 }, "a"), pick(false, { x = 1 }, "a"))
local function chain(v)
    local w = v
    local x = w.inner
    return x.value.deep --! E0005
end
print(chain({ inner = { value = 1 } }))
local function loop(list)
    for i = 1, #list do
        local item = list[i]
        print(item.name:upper()) --! E0005
    end
end
loop({ 1, 2, 3 })
local function nested(config)
    return config.server.prot + 1 --! E0004
end
print(nested({ server = { port = 80 } }))
local function cb(f)
    return f(1) + {} --! E0019
end
print(cb(function(v) return v end))
local function assigned(v)
    v = v + 1
    return v:upper() --! E0005
end
print(assigned(1))
local function typed(list: {number}, n)
    list[1] = n --! E0000
end
typed({ 1 }, "x")
local function ret(v): number
    if v then return v end --! E0000
    return 0
end
ret("a")
local function multi(a)
    local x, y = a.pos, a.vel
    return x + y.dx --! E0005
end
print(multi({ pos = 1, vel = 2 }))
local function cmp(a, b) return a < b end --! E0019
print(cmp(1, "x"))
local function neg(v) return -v end --! E0019
print(neg({}))
local function idx(t, k) return t[k].x end --! E0023
print(idx({ 1 }, nil))
local function setter(o) o.x = 1 end --! E0023
setter(nil)
local function iter(f) for v in f do print(v) end end --! E0002
iter(5)
local function calls(o) return o.run() end --! E0002
calls({ run = 5 })
