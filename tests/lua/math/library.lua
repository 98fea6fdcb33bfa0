-- The math library.
local function near(a, b) return math.abs(a - b) <= 1e-12 * math.max(1, math.abs(b)) end
local function int(v, n) assert(v == n and math.type(v) == "integer", tostring(v)) end
int(math.floor(3.7), 3) int(math.floor(-3.7), -4) int(math.ceil(3.2), 4) int(math.ceil(-3.2), -3) int(math.floor(5), 5)
assert(math.floor(1e300) == 1e300 and math.type(math.floor(1e300)) == "float" and math.floor(-math.huge) == -math.huge)
int(math.abs(-5), 5) assert(math.abs(-5.5) == 5.5 and math.abs(math.mininteger) == math.mininteger)
int(math.max(1, 5, 3), 5) int(math.min(4, -2, 3), -2) assert(math.max(1, 2.5) == 2.5 and math.min(1.5) == 1.5)
assert(not pcall(math.max) and not pcall(math.min) and not pcall(math.floor, "x") and not pcall(math.abs)) -- lint: ignore E0000, E0003
int(math.fmod(7, 3), 1) int(math.fmod(-7, 3), -1) int(math.fmod(7, -3), 1) int(math.fmod(math.mininteger, -1), 0)
assert(math.fmod(5.5, 2) == 1.5 and math.fmod(-5.5, 2) == -1.5 and not pcall(math.fmod, 1, 0) and math.fmod(1, 0.0) ~= math.fmod(1, 0.0))
local i, f = math.modf(3.7)
assert(i == 3 and near(f, 0.7))
i, f = math.modf(-3.7)
assert(i == -3 and near(f, -0.7))
i, f = math.modf(math.huge)
assert(i == math.huge and f == 0.0)
assert(math.sqrt(16) == 4 and near(math.exp(1), 2.718281828459045) and near(math.log(math.exp(2)), 2))
assert(math.log(8, 2) == 3 and math.log(1000, 10) == 3 and near(math.log(27, 3), 3))
assert(near(math.sin(1), 0.8414709848078965) and near(math.cos(1), 0.5403023058681398) and near(math.tan(1), 1.5574077246549023))
assert(near(math.asin(1), math.pi / 2) and near(math.acos(0), math.pi / 2) and near(math.atan(1), math.pi / 4) and near(math.atan(1, -1), 3 * math.pi / 4))
assert(near(math.deg(math.pi), 180) and near(math.rad(180), math.pi) and near(math.pi, 3.141592653589793))
int(math.tointeger(3.0), 3) int(math.tointeger("10"), 10) assert(math.tointeger("1.5") == nil and math.tointeger("x") == nil) assert(math.tointeger(3.5) == nil and math.tointeger(2 ^ 63) == nil) int(math.tointeger(7), 7)
assert(math.type(1) == "integer" and math.type(1.0) == "float" and math.type("1") == nil and not pcall(math.type)) -- lint: ignore E0003
assert(math.ult(1, 2) and math.ult(1, -1) and not math.ult(-1, 1) and not math.ult(2, 2))
int(math.maxinteger, 9223372036854775807) int(math.mininteger, math.maxinteger + 1)
for _ = 1, 1000 do
  local r = math.random()
  assert(r >= 0 and r < 1 and math.type(r) == "float")
  r = math.random(6)
  assert(r >= 1 and r <= 6 and math.type(r) == "integer")
  r = math.random(-3, 3)
  assert(r >= -3 and r <= 3)
end
assert(math.random(5, 5) == 5 and math.random(1) == 1)
for _, range in ipairs{{0}, {2, 1}, {1, 2, 3}} do assert(not pcall(math.random, table.unpack(range))) end
math.randomseed(42)
