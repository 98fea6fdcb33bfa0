-- Dialect: functions of older Lua versions, and full integer ranges for random.
local function near(a, b) return math.abs(a - b) < 1e-12 end
assert(math.pow(2, 10) == 1024 and math.mod(7, 3) == 1 and math.ldexp(0.5, 3) == 4 and near(math.log10(1000), 3))
local m, e = math.frexp(8)
assert(m == 0.5 and e == 4 and math.type(e) == "integer")
assert(near(math.cosh(0), 1) and near(math.sinh(0), 0) and near(math.tanh(0), 0) and near(math.atan2(1, 1), math.pi / 4))
for _ = 1, 100 do
  assert(math.type(math.random(math.mininteger, math.maxinteger)) == "integer")
end
local seen = {}
for _ = 1, 200 do seen[math.random(3)] = true end
assert(seen[1] and seen[2] and seen[3] and not seen[0] and not seen[4])
assert(select("#", math.randomseed(1)) == 0)
