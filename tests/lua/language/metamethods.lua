-- Metamethods: every event, both operands, one result, chains, missing handlers.
local log
local function handler(name) return function(a, b, ...) log = name .. ":" .. select("#", ...) return name, "second" end end
local mt = {}
for _, name in ipairs{"add", "sub", "mul", "div", "mod", "pow", "idiv", "band", "bor", "bxor", "shl", "shr", "concat"} do mt["__" .. name] = handler(name) end
local o, plain = setmetatable({}, mt), {}
local ops = {
  add = function(a, b) return a + b end, sub = function(a, b) return a - b end, mul = function(a, b) return a * b end, div = function(a, b) return a / b end,
  mod = function(a, b) return a % b end, pow = function(a, b) return a ^ b end, idiv = function(a, b) return a // b end, band = function(a, b) return a & b end,
  bor = function(a, b) return a | b end, bxor = function(a, b) return a ~ b end, shl = function(a, b) return a << b end, shr = function(a, b) return a >> b end,
  concat = function(a, b) return a .. b end,
}
for name, op in pairs(ops) do
  for _, other in ipairs{o, 1, 1.5, "text", plain, true, print or tostring} do
    assert(op(o, other) == name and log == name .. ":0" and op(other, o) == name and select("#", op(o, other)) == 1)
  end
  assert(op(o, nil) == name and op(nil, o) == name)
  assert(not pcall(op, plain, 1) and not pcall(op, 1, plain))
end
-- constants on the right have their own instructions
assert(o + 1 == "add" and o - 1 == "sub" and o * 2 == "mul" and o / 2 == "div" and o % 2 == "mod" and o ^ 2 == "pow" and o // 2 == "idiv" and o & 1 == "band" and o | 1 == "bor" and o ~ 1 == "bxor" and o << 1 == "shl" and o >> 1 == "shr")
assert(1 + o == "add" and 2 ^ o == "pow" and 1 << o == "shl")
-- unary ones get the operand twice
local unary = setmetatable({}, {__unm = function(a, b) return rawequal(a, b) and "unm" end, __bnot = function(a, b) return rawequal(a, b) and "bnot" end, __len = function(a) return "len", 2 end})
assert(-unary == "unm" and ~unary == "bnot" and #unary == "len" and not pcall(function() return -plain end) and not pcall(function() return ~plain end)) -- lint: ignore E0019
-- and nothing else stands in for them
assert(not pcall(function() return -setmetatable({}, {__sub = function() return 1 end}) end) and not pcall(function() return ~setmetatable({}, {__bxor = function() return 1 end}) end)) -- lint: ignore E0019
-- the handler of the left operand is preferred; that of the right is found too
local left = setmetatable({}, {__add = function() return "left" end})
local right = setmetatable({}, {__add = function() return "right" end})
assert(left + right == "left" and right + left == "right" and plain ~= left and (function() return plain + right end)() == "right")
-- concatenation goes from right to left, and numbers and strings join before a handler is asked
local seen = {}
local c = setmetatable({}, {__concat = function(a, b) seen[#seen + 1] = (type(a) == "table" and "o" or a) .. "|" .. (type(b) == "table" and "o" or b) return "r" end})
assert("a" .. "b" .. c == "ar" and seen[1] == "b|o" and #seen == 1)
seen = {}
assert(c .. "a" .. 1 .. 2 == "r" and seen[1] == "o|a12")
seen = {}
assert("x" .. c .. "y" .. c .. "z" == "xr" and #seen == 2 and seen[1] == "o|z" and seen[2] == "o|yr", table.concat(seen, " "))
-- comparison
local lt = {__lt = function(a, b) return (type(a) == "table" and a.v or a) < (type(b) == "table" and b.v or b) end, __le = function(a, b) return (type(a) == "table" and a.v or a) <= (type(b) == "table" and b.v or b) end}
local two, three = setmetatable({v = 2}, lt), setmetatable({v = 3}, lt)
assert(two < three and not (three < two) and two <= three and three >= two and three > two and two < 5 and 1 < two and two > 1 and two <= 2 and 2 >= two and not (two > 2.5))
assert(not pcall(function() return two < plain end) and not pcall(function() return plain < plain end) and not pcall(function() return {} <= 1 end)) -- lint: ignore E0019
local t = {three, two, setmetatable({v = 1}, lt)}
table.sort(t)
assert(t[1].v == 1 and t[2].v == 2 and t[3].v == 3)
-- equality: only of two tables that are not the same; the result is a truth value
local calls = 0
local eq = {__eq = function(a, b) calls = calls + 1 return 1 end}
local e1, e2 = setmetatable({}, eq), setmetatable({}, eq)
assert(e1 == e2 and calls == 1 and e1 == e1 and calls == 1 and e1 ~= 1 and e1 ~= "x" and calls == 1 and (e1 == e2) == true and calls == 2)
assert(e1 == plain and plain == e1 and calls == 4 and not rawequal(e1, e2))
local never = setmetatable({}, {__eq = function() return nil end})
assert(never ~= {} and (never == plain) == false)
-- index and newindex: functions get the table, key and value; keys of every type; nil values ask again
local asked = {}
local i = setmetatable({present = false}, {__index = function(self, k) asked[#asked + 1] = k return "got", 2 end, __newindex = function(self, k, v) asked[#asked + 1] = v rawset(self, k, v) end})
assert(i.present == false and #asked == 0 and i.x == "got" and i[1] == "got" and i[1.5] == "got" and i[true] == "got" and i[plain] == "got" and #asked == 5)
assert((i[nil]) == "got")
i.y = 1 i.y = 2 i[1] = 3 i[1] = 4
assert(asked[6] == 1 and asked[7] == 3 and #asked == 7 and i.y == 2 and i[1] == 4)
i.y = nil
assert(i.y == "got" and rawget(i, "y") == nil)
-- chains of tables, methods through them
local A = {name = "A"} A.__index = A
function A.new(v) return setmetatable({v = v}, A) end
function A:get() return self.v end
local B = setmetatable({name = "B"}, {__index = A}) B.__index = B
local b = setmetatable({v = 7}, B)
assert(b:get() == 7 and b.name == "B" and A.new(3):get() == 3 and b.missing == nil)
B.name = nil
assert(b.name == "A")
function A:get() return "changed" end
assert(b:get() == "changed")
b.get = function() return "own" end
assert(b:get() == "own")
-- calls: arguments and results pass through, also of a chain and in tail position
local call = setmetatable({}, {__call = function(self, ...) return select("#", ...), ... end})
local n, x, y = call(nil, 2)
assert(n == 2 and x == nil and y == 2 and call() == 0)
local function tail(...) return call(...) end
assert(select("#", tail(1, 2, 3)) == 4 and pcall(call, 1) and select(2, pcall(call, 1, 2)) == 2)
assert(not pcall(setmetatable({}, {__call = 5})) and not pcall(plain)) -- lint: ignore E0002
-- a metatable may change while it is in use
local changing = {}
setmetatable(changing, {__index = function(s, k) setmetatable(s, {__index = {k = "new"}}) return "old" end})
assert(changing.k == "old" and changing.k == "new")
setmetatable(changing, nil)
assert(changing.k == nil)
-- metatables of strings cannot be replaced, those of other values cannot be set
assert(not pcall(setmetatable, "x", {}) and not pcall(setmetatable, nil, {}) and getmetatable(1) == nil and getmetatable(print or tostring) == nil)
-- a <= b without __le is not (b < a): the handler of b is asked first
local says = {}
local function orders(name, answer)
  return setmetatable({}, {__lt = function() says[#says + 1] = name return answer end})
end
local first, second = orders("first", true), orders("second", false)
assert(second <= first == false and first <= second == true and table.concat(says, " ") == "first second")
