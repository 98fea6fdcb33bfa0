-- What the calls of a private function seem to refuse, and which is right.

-- parameters that are assigned
local function named(options)
    options = options or {}
    return options.name
end
print(named(), named(nil), named({ name = "x" }))
local function normal(v)
    v = tostring(v)
    return v:upper()
end
print(normal(5), normal({}))
local function limit(n)
    if n == nil then n = 10 end
    return n + 1
end
print(limit(), limit(5))
local function words(v)
    if type(v) == "string" then v = { v } end
    local out = {}
    for i, word in ipairs(v) do out[i] = word end
    return out
end
print(words("a"), words({ "a", "b" }))

-- optional arguments and fields
local function greet(name, greeting)
    return (greeting or "Hello") .. ", " .. name
end
print(greet("Ann"), greet("Bob", "Hi"))
local function connect(options)
    local timeout, retries = options.timeout, options.retries or 3
    if timeout then return timeout * 1000 + retries end
    if options.verbose then print(options.verbose .. "!") end
    options.names = options.names or {}
    return options.names, options.ports
end
print(connect({ host = "h", name = "n", port = 5 }))
local function draw(kind, extra)
    if kind == "box" then return extra.width end
    return kind
end
print(draw("dot"), draw("box", { width = 1 }))
local function only_dots(kind, extra)
    if kind == "box" then return extra.width end
    return kind
end
print(only_dots("dot"), only_dots("line"))
local function log(level, message, fields)
    if level > 1 then return message, fields.id end
    if fields and fields.count then return fields.count + 1 end
    return message
end
print(log(1, "a"), log(2, "b", { id = 1 }))

-- tests of the type
local function describe(v)
    local kind = type(v)
    if kind == "nil" then return "nothing" end
    if kind == "table" then return #v end
    if kind == "string" then return v:upper() end
    if kind == "function" then return v() end
    if kind == "boolean" then return v and "yes" or "no" end
    return v + 1
end
print(describe(), describe({ 1 }), describe("x"), describe(print), describe(true), describe(5))
local function only_numbers(v)
    if type(v) == "table" then return #v, v.name end
    return type(v) == "string" and v:upper() or v
end
print(only_numbers(5))
local function is_list(v) return type(v) == "table" and v[1] ~= nil end
local function flat(v)
    if is_list(v) then return #v .. v[1] end
    if not is_list(v) then return v end
    return v.name
end
print(flat(5))
local function is_text(v) return type(v) == "string" end
local function upper(v)
    local text = is_text(v)
    if text then return v:upper() end
    return v
end
print(upper(5), upper({}))
local function lower(v)
    if not is_text(v) then return v end
    return v:lower()
end
print(lower(5))
local function check(v)
    assert(type(v) == "table", "a table expected")
    return v.x
end
print(pcall(function() return check(5) end))
local function number_of(v)
    local n = tonumber(v)
    if n then return n + 1 end
    return 0
end
print(number_of("5"), number_of("x" .. "1"))

-- tags
local function area(shape)
    if shape.kind == "circle" then return shape.radius ^ 2 end
    if shape.kind == "box" then return shape.width * shape.height end
    return 0
end
print(area({ kind = "circle", radius = 1 }), area({ kind = "box", width = 1, height = 2 }))
local function kind_of(text)
    return text
end
local function round(shape)
    if shape.kind == "circle" then return shape.radius * 2 end
    if shape.radius then return shape.radius * 2 end
    return shape.width
end
print(round({ kind = kind_of("box"), width = 1 }))

-- several types
local function identity(v) return v end
print(identity(1), identity("a"), identity({}))
local function equal(a, b)
    if type(a) ~= type(b) then return false end
    if type(a) ~= "table" then return a == b end
    for k, v in pairs(a) do
        if not equal(v, b[k]) then return false end
    end
    return true
end
print(equal(1, 2), equal({ a = 1 }, { a = 1 }), equal("a", {}))
local function deep(v, level)
    if type(v) ~= "table" then return v end
    local copy = {}
    for k, inner in pairs(v) do copy[k] = deep(inner, level + 1) end
    return copy
end
print(deep({ 1, { 2 } }, 0), deep("x", 0))

-- recursion
local function count(n)
    if n > 0 then return count(n - 1) end
    return n
end
print(count(5), count(1.5))
local function visit(node, path)
    if not node then return path end
    path = path and path .. "." .. node.name or node.name
    visit(node.left, path)
    visit(node.right, path)
    return path
end
visit({ name = "root", left = { name = "l" }, right = { name = "r", left = { name = "x" } } })
local ping
local function pong(n, from)
    if n == 0 then return from end
    return ping(n - 1, "pong")
end
function ping(n, from)
    if n == 0 then return from end
    return pong(n - 1, { from })
end
print(ping(5, "main"))

-- functions that others may call, too
local function handler(event) return event.kind, event.payload.x end
handler({ kind = "own" })
local handlers = { handler }
local function compare(a, b) return a.order < b.order end
compare({ order = 1 }, { order = 2 })
table.sort(handlers, compare)
local function worker(job) return job.id.x end
coroutine.wrap(worker)({ id = {} })
worker({ id = {} })
local function safe(v) return v.x.y end
print(pcall(safe, {}), safe({ x = {} }))
local function exported(v) return v.any.thing end
exported({ any = {} })
local later = exported
local replaced = function(v) return v.x.y end
replaced(5)
replaced = print

-- unknown arguments
local function any(v, w) return v.x.y + w end
print(any(..., 1), any(select(2, ...)))
local function mixed(v) return v.x.y end
print(mixed((...)), mixed({ x = {} }))
local function varying(first, ...) return first.x, select("#", ...) end
print(varying({ x = 1 }, 1, 2), varying({ x = 1 }))

-- methods and coroutines
local Queue = {}
Queue.__index = Queue
function Queue.new() return setmetatable({ first = 1, list = {} }, Queue) end
function Queue:size() return #self.list end
local function drain(queue, visit_each)
    while queue:size() > 0 do
        local item = queue.list[queue.first]
        if visit_each then visit_each(item) end
        queue.first = queue.first + 1
        queue.done = true
    end
    return queue.done
end
print(drain(Queue.new()), drain(Queue.new(), print))
local function produce(n)
    return coroutine.wrap(function()
        for i = 1, n do coroutine.yield(i) end
    end)
end
for i in produce(3) do print(i) end
local function accumulate(acc)
    local function step(v)
        acc.total = (acc.total or 0) + v
        acc = { total = acc.total }
        return acc
    end
    return step(1).total, acc.total
end
print(accumulate({}))

-- tables that get their fields elsewhere
local function init(object)
    object.ready = true
    object.count = 0
end
local function status(object)
    return object.ready, object.count + 1
end
local object = {}
init(object)
print(status(object))
local function put(map, key, value) map[key] = value end
local function get(map) return map.x.y, map.name end
local map = {}
put(map, "x", {})
print(get(map))
local function push(list, v) table.insert(list, v) end
local function last(list) return list[#list].name end
local list = { 1 }
push(list, { name = "x" })
print(last(list))

-- results of each way
local function both(ok, v)
    if ok then return v.x end
    return nil, v .. "!"
end
print(both(true, { x = 1 }), both(false, "text"))
local function either(a, b)
    local v = a or b
    return v.x
end
print(either(nil, { x = 1 }), either({ x = 1 }), later, round)
local function guard(v)
    if not v then error("none") end
    return v.x
end
print(guard({ x = 1 }))
local function early(list, i)
    if i > #list then return end
    return list[i].x, early(list, i + 1)
end
print(early({ { x = 1 } }, 1))
