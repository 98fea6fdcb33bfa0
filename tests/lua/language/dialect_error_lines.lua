-- Dialect: a loop with bad bounds fails at its `for`, a comparison at its operator.
local function line(f) local ok, e = pcall(f) assert(not ok) return tonumber(e:match(":(%d+):")) end
assert(line(function()
  for i = 1,
    "x" do -- lint: ignore E0000
  end
end) == 4)
assert(line(function()
  local x = 5
  if x < -- lint: ignore E0019
    {} then
  end
end) == 10)
