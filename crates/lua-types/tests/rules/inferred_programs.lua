-- Private functions of many kinds that are right, whatever their calls give them.
local function find(list, pred)
    for i, v in ipairs(list) do if pred(v) then return v, i end end
    return nil
end
local hit, at = find({ 1, 2, 3 }, function(v) return v > 1 end)
if hit then print(hit + at) end
local function parse(text)
    local pos = 1
    local function peek() return text:sub(pos, pos) end
    local function advance() local c = peek() pos = pos + 1 return c end
    local out = {}
    while pos <= #text do
        local c = advance()
        if c:match("%d") then out[#out + 1] = tonumber(c)
        elseif c == "(" then out[#out + 1] = { c }
        else out[#out + 1] = c end
    end
    return out
end
for _, tok in ipairs(parse("1a(")) do
    if type(tok) == "number" then print(tok + 1)
    elseif type(tok) == "table" then print(tok[1])
    else print(tok:upper()) end
end
local function once(f)
    local done, value = false, nil
    return function(...)
        if not done then value = f(...) done = true end
        return value
    end
end
local one = once(function(v) return v + 1 end)
print(one(1), one(2))
local function try(f, ...)
    local res = { pcall(f, ...) }
    if res[1] then return table.unpack(res, 2) end
    return nil, res[2]
end
print(try(function(v) return v end, 1))
local function default(t, d)
    return setmetatable(t or {}, { __index = d })
end
local conf = default({ a = 1 }, { b = 2 })
print(conf.a, conf.b)
local Base = {}
Base.__index = Base
function Base.new(name)
    local self = setmetatable({}, Base)
    self.name = name
    self.tags = {}
    return self
end
function Base:tag(t) self.tags[#self.tags + 1] = t return self end
function Base:describe() return self.name .. ":" .. table.concat(self.tags, ",") end
local Derived = setmetatable({}, { __index = Base })
Derived.__index = Derived
function Derived.new(name, extra)
    local self = Base.new(name)
    setmetatable(self, Derived)
    self.extra = extra
    return self
end
function Derived:describe() return Base.describe(self) .. "+" .. self.extra end
print(Base.new("a"):tag("x"):tag("y"):describe(), Derived.new("b", "e"):tag("z"):describe())
local function inspect(v, indent, seen)
    indent, seen = indent or "", seen or {}
    if type(v) ~= "table" then return indent .. tostring(v) end
    if seen[v] then return indent .. "..." end
    seen[v] = true
    local lines = {}
    for k, x in pairs(v) do lines[#lines + 1] = tostring(k) .. "=" .. inspect(x, indent .. " ", seen) end
    return table.concat(lines, "\n")
end
print(inspect({ a = { b = 1 } }), inspect(1))
local function merge(into, from)
    for k, v in pairs(from) do
        if type(v) == "table" and type(into[k]) == "table" then merge(into[k], v) else into[k] = v end
    end
    return into
end
local merged = merge({ a = { x = 1 } }, { a = { y = 2 }, b = 3 })
print(merged.b, merged.a.y)
local function keys(t)
    local out = {}
    for k in pairs(t) do out[#out + 1] = k end
    table.sort(out)
    return out
end
print(#keys({ a = 1 }), table.concat(keys({ b = 1 }), ","))
local function split(text, sep)
    local out = {}
    for part in (text .. sep):gmatch("(.-)" .. sep) do out[#out + 1] = part end
    return out
end
print(split("a,b", ",")[1]:upper())
local function class(parent)
    local c = {}
    c.__index = c
    if parent then setmetatable(c, { __index = parent }) end
    c.new = function(...)
        local o = setmetatable({}, c)
        if o.init then o:init(...) end
        return o
    end
    return c
end
local A = class()
function A:init(x) self.x = x end
function A:get() return self.x end
local B = class(A)
function B:twice() return self:get() * 2 end
print(A.new(1):get(), B.new(2):twice())
local function compose(...)
    local fs = { ... }
    return function(v)
        for i = #fs, 1, -1 do v = fs[i](v) end
        return v
    end
end
print(compose(tostring, function(v) return v + 1 end)(1))
local function switch(v, cases)
    local f = cases[v] or cases.default
    if f then return f(v) end
end
print(switch("a", { a = function() return 1 end, default = function(v) return v end }))
local state = "idle"
local transitions = { idle = { start = "running" }, running = { stop = "idle" } }
local function fire(event)
    local to = transitions[state][event]
    if not to then return nil, "no " .. event end
    state = to
    return to
end
print(fire("start"), fire("nope"))
local cache = {}
local function fib(n)
    if n < 2 then return n end
    if cache[n] then return cache[n] end
    cache[n] = fib(n - 1) + fib(n - 2)
    return cache[n]
end
print(fib(10) + 1)
local function range(n, m, step)
    if not m then n, m = 1, n end
    step = step or 1
    local i = n - step
    return function()
        i = i + step
        if i <= m then return i end
    end
end
for i in range(3) do print(i + 1) end
for i in range(1, 3) do print(i) end
local function bind(f, ...)
    local args, n = { ... }, select("#", ...)
    return function(...)
        local all = {}
        for i = 1, n do all[i] = args[i] end
        for i = 1, select("#", ...) do all[n + i] = (select(i, ...)) end
        return f(table.unpack(all))
    end
end
print(bind(math.max, 1, 2)(3))
local function validate(input, rules)
    local errors_found = {}
    for field, rule in pairs(rules) do
        local v = input[field]
        if rule.required and v == nil then errors_found[field] = "missing"
        elseif v ~= nil and rule.kind and type(v) ~= rule.kind then errors_found[field] = rule.kind
        elseif rule.min and v < rule.min then errors_found[field] = "min" end
    end
    return next(errors_found) == nil, errors_found
end
print(validate({ a = 1 }, { a = { required = true, kind = "number", min = 0 }, b = { kind = "string" } }))
local function escape(s) return (s:gsub("[&<>]", { ["&"] = "&amp;", ["<"] = "&lt;", [">"] = "&gt;" })) end
print(escape("<a>"):upper())
local function node(v, nxt) return { v = v, next = nxt } end
local head = node(1, node(2))
while head do print(head.v) head = head.next end
local function reverse(n)
    local prev
    while n do n.next, prev, n = prev, n, n.next end
    return prev
end
print(reverse(node(1, node(2))).v)
local function push(stack, ...)
    for i = 1, select("#", ...) do stack[#stack + 1] = (select(i, ...)) end
    return stack
end
print(#push({}, 1, "a"))
local function pop(stack)
    local top = stack[#stack]
    stack[#stack] = nil
    return top
end
local st = push({}, { n = 1 })
print(pop(st).n)
local function timed(label, f)
    local t0 = os.clock()
    local r = f()
    print(label .. " " .. (os.clock() - t0))
    return r
end
print(timed("x", function() return 1 end) + 1)
local function optional(a, b, c)
    if c == nil and type(b) == "table" then b, c = nil, b end
    return a, b and b:upper(), c and c.x
end
print(optional(1, { x = 1 }), optional(1, "b", { x = 2 }), optional(1))
local function overloaded(first, second)
    if type(first) == "table" then
        second = first.second
        first = first.first
    end
    return first + second
end
print(overloaded(1, 2), overloaded({ first = 1, second = 2 }))
local function write(out, v)
    if type(out) == "function" then return out(v) end
    if out.write then return out:write(v) end
    out[#out + 1] = v
end
write(print, "a") write({}, "b") write({ write = function(self, v) self.last = v end }, "c")
local function coerce(v, to)
    if to == "number" then return tonumber(v) end
    if to == "boolean" then return v == "true" end
    if to == "list" then return { v } end
    return v
end
local cn = coerce("5", "number")
print(cn, coerce("true", "boolean"), coerce("a", "list"), coerce("b"))
local function call(obj, method, ...)
    local m = obj[method]
    if m then return m(obj, ...) end
end
print(call(A.new(5), "get"), call({}, "x"))
local function handle(ev)
    if ev.type == "key" then return ev.code + 1
    elseif ev.type == "mouse" then return ev.x + ev.y
    elseif ev.type == "text" then return #ev.text end
end
print(handle({ type = "key", code = 1 }), handle({ type = "mouse", x = 1, y = 2 }), handle({ type = "text", text = "a" }))
local function emit(kind, payload)
    local ev = { type = kind }
    for k, v in pairs(payload) do ev[k] = v end
    return handle(ev)
end
print(emit("key", { code = 1 }))
