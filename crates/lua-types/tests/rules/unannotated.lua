-- Code without annotations: parameters take anything, everything else is inferred.
local function f(a, b)
    return a.x + b.y.z, a:method(b), a(b), #a
end
f(1, 2)
f()
f(1, 2, 3)
print(f)
local function one() return 1 end
print(one() + 1)
print(one().x) --! E0005
print(one() .. {}) --! E0019
local function text(x) return "value " .. x end
print(text(1):upper())
print(text(1) + {}) --! E0019
local function nothing() print("x") end
print(1 + nothing()) --! E0019
local function maybe(x) if x then return "text" end end
print(maybe(1):upper()) --! E0023
local function either(x) if x then return 1 else return "a" end end
print(either(1) + {}) --! E0019
local x = 1
x = "now a text"
x = { n = 1 }
print(x.n)
local t = {}
t.name = "a"
t.count = 0
t.count = t.count + 1
print(t.name:upper(), t.cont) --! E0004
local y
if x then y = 1 else y = 2 end
print(y + 1)
