-- math.modf: the whole part is an integer where one can hold it.
local function eq(i, f, ...)
  local a, b = ...
  assert(a == i and math.type(a) == math.type(i) and b == f and math.type(b) == "float", tostring(a) .. " " .. tostring(b))
end
eq(3, 0.75, math.modf(3.75))
eq(-3, -0.75, math.modf(-3.75))
eq(5, 0.0, math.modf(5))
eq(math.mininteger, 0.0, math.modf(math.mininteger))
eq(2.0 ^ 63, 0.0, math.modf(2 ^ 63))
eq(math.huge, 0.0, math.modf(math.huge))
eq(-math.huge, 0.0, math.modf(-math.huge))
eq(3, 0.5, math.modf("3.5"))
local a, b = math.modf(0 / 0)
assert(a ~= a and b ~= b)
