-- Logical operators, evaluation order, multiple assignment, metamethods of operators.
assert((nil and 1) == nil and (false or nil) == nil and (1 and 2) == 2 and (nil or 2) == 2 and (false and error()) == false and (1 or error()) == 1)
local log = {}
local function f(x) log[#log + 1] = x return x end
local t = {}
t[f(1)], t[f(2)] = f(3), f(4)
assert(t[1] == 3 and t[2] == 4 and #log == 4 and log[3] == 3 and log[4] == 4)
local a, b, c = 1, 2
a, b = b, a
assert(a == 2 and b == 1 and c == nil)
local i = 1
local arr = {}
i, arr[i] = i + 1, 20
assert(i == 2 and arr[1] == 20 and arr[2] == nil)
local mt = {}
for _, op in ipairs{"add", "sub", "mul", "div", "mod", "pow", "concat"} do
  mt["__" .. op] = function(x, y)
    return op .. ":" .. (type(x) == "table" and "t" or tostring(x)) .. "," .. (type(y) == "table" and "t" or tostring(y))
  end
end
mt.__unm = function(x, y) return "unm" end
mt.__len = function() return 42 end
mt.__call = function(self, ...) return select("#", ...), ... end
local o = setmetatable({}, mt)
assert(o + 1 == "add:t,1" and 2 - o == "sub:2,t" and o * o == "mul:t,t" and o / 2 == "div:t,2" and o % 3 == "mod:t,3" and 2 ^ o == "pow:2,t")
assert(o .. "x" == "concat:t,x" and 1 .. o == "concat:1,t" and -o == "unm" and #o == 42)
local n, x = o(7, 8)
assert(n == 2 and x == 7 and select("#", o()) == 1)
-- equality is asked for two different tables only
local asked = 0
local eq = {__eq = function(p, q) asked = asked + 1 return p.v == q.v end}
local p, q = setmetatable({v = 1}, eq), setmetatable({v = 1}, eq)
assert(p == q and not (p ~= q) and asked == 2 and p == p and asked == 2 and p ~= 1 and asked == 2 and not rawequal(p, q))
local lt = {__lt = function(p, q) return p.v < q.v end, __le = function(p, q) return p.v <= q.v end}
p, q = setmetatable({v = 1}, lt), setmetatable({v = 2}, lt)
assert(p < q and q > p and p <= q and not (q <= p) and q >= p)
-- results are truth values
local odd = setmetatable({}, {__lt = function() return 1 end})
assert((odd < odd) == true)
-- __index and __newindex: functions, tables, chains; rawget and rawset go past them
local base = {x = 1}
local mid = setmetatable({y = 2}, {__index = base})
local top = setmetatable({}, {__index = mid})
assert(top.x == 1 and top.y == 2 and top.z == nil and rawget(top, "x") == nil)
local got = {}
local w = setmetatable({}, {__newindex = function(t, k, v) got[k] = v end})
w.a = 1
assert(got.a == 1 and rawget(w, "a") == nil)
rawset(w, "a", 2) w.a = 3
assert(w.a == 3 and got.a == 1)
local sink = {}
local v = setmetatable({}, {__newindex = sink})
v.k = 5
assert(sink.k == 5 and rawget(v, "k") == nil)
assert(getmetatable("").__index == string or getmetatable("") ~= nil)
local protected = setmetatable({}, {__metatable = "locked"})
assert(getmetatable(protected) == "locked" and not pcall(setmetatable, protected, {}))
