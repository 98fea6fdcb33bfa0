-- any flows in and out everywhere; what is known besides it is still checked.
local function f(x)
    local n: number = x
    local s: string = x.name
    local t = { value = x, count = 1 }
    print(t.value.anything, t.count + 1)
    print(t.cont) --! E0004
    local u = x or { a = 1 }
    print(u.a, u.b)
    local v = x and 1
    print(v)
    return n, s, x
end
local a, b, c = f(1)
print(a + 1, b:upper(), c.x)
print(a .. {}) --! E0019
print(b:uper()) --! E0022
local list = { f(1) }
print(list[1])
local ok, result = pcall(f, 1)
if ok then print(result + 1, result.anything) end --! E0005
local flag: boolean = ok
local text: string = ok --! E0000
local handlers = { add = function(x, y) return x + y end, name = function() return "n" end }
print(handlers.add(1, 2), handlers.name():upper())
print(handlers.sub(1, 2)) --! E0004
local function g(name)
    local h = handlers[name]
    if h then return h(1, 2) end
end
print(g("add"), flag, text)
