-- Mistakes that show by what the calls of a private function give its parameters.

-- a misspelt field, a missing method
local function label(user)
    return user.nmae .. "!" --! E0004
end
print(label({ name = "Ann" }), label({ name = "Bob" }))
local Stack = {}
Stack.__index = Stack
function Stack.new() return setmetatable({ items = {} }, Stack) end
function Stack:push(v) self.items[#self.items + 1] = v end
local function fill(stack)
    stack:push(1)
    stack:psuh(2) --! E0022
    return stack.itms --! E0004
end
fill(Stack.new())

-- operators
local function add(a, b)
    return a + b --! E0019
end
print(add("one", 1))
local function shout(s)
    return s.text .. "!" --! E0005
end
print(shout(5))
local function joined(list)
    return "all: " .. list --! E0019
end
print(joined({ "a" }))
local function longer(a, b)
    return #a > b --! E0019
end
print(longer("abc", "b"))
local function size(n)
    return #n --! E0019
end
print(size(5), size(7))

-- an argument that nobody gives, or that one call forgets
local function greet(name, greeting)
    return greeting .. name --! E0019
end
print(greet("Ann"))
local function area(width, height)
    return width * height --! E0019
end
print(area(2, 3), area(4))
local function port(options)
    return options.port + 1 --! E0023
end
print(port())
local function host(options)
    return options.host:upper() --! E0023
end
print(host({ port = 1 }))

-- calls
local function apply(f, x)
    return f(x) --! E0002
end
print(apply(1, 2))
local function twice(f)
    f(1, "a") --! E0000
end
twice(function(a: number, b: number) return a + b end)
local function padded(text, width)
    return string.rep(" ", width) .. text --! E0000
end
print(padded("a", "wide"))
local function each(list)
    for _, v in ipairs(list) do print(v) end --! E0000
end
each("abc")
local function count(n)
    for i = 1, n do print(i) end --! E0000
end
count("ten")

-- annotated places that a value comes to
local function as_text(v): string
    return v --! E0000
end
print(as_text(5))
local function keep(v)
    local n: number = v --! E0000
    return n
end
print(keep("five"))

-- arguments that are passed on
local function inner(point)
    return point.x + point.yy.z --! E0023
end
local function outer(point)
    return inner(point)
end
print(outer({ x = 1, y = 2 }))

-- recursion, alone and of two
local function sum(list, i)
    if i > #list then return 0 end
    return list[i] + sum(list, i + 1) + i.step --! E0005
end
print(sum({ 1, 2 }, 1))
local even
local function odd(n)
    if n == 0 then return false end
    return even(n - 1, n.x) --! E0005
end
function even(n)
    if n == 0 then return true end
    return odd(n - 1)
end
print(even(10))

-- loops, and functions that are assigned once
local format
format = function(list)
    local out = ""
    for i = 1, 3 do out = out .. list.entries[i] end --! E0004
    return out
end
print(format({ entrys = { "a" } }))
local show = function(v)
    while v do
        return v.next.value --! E0005
    end
end
show({ next = 1 })

-- branches
local function tag(shape)
    if shape.kind == "circle" then
        return shape.radius * 2
    end
    return shape.widht --! E0004
end
print(tag({ kind = "circle", radius = 1 }), tag({ kind = "box", width = 1 }), tag({ kind = "bar", width = 1 }))
local function text_or_number(v)
    if type(v) == "string" then
        return v + 1 --! E0019
    end
    return v:upper() --! E0005
end
print(text_or_number("x"), text_or_number(1))
