-- The line of an error is that of the operation that failed, in statements over several lines.
local function line(f, ...)
  local ok, e = pcall(f, ...)
  assert(not ok)
  return tonumber(e:match(":(%d+):")) - 8 -- lint: ignore E0019
end
-- lines are counted from the next one
local cases = {
  function() local t
    return t.x -- lint: ignore E0023
  end, 2,
  function()
    local a = 1 +
      {} -- lint: ignore E0019
  end, 5,
  function()
    local a = {
      x = 1,
      y = nil + 1, -- lint: ignore E0019
    }
  end, 11,
  function()
    local t = {}
    t.a.b = 1 -- lint: ignore E0004
  end, 16,
  function()
    error("x")
  end, 19,
  function()
    error(
      "x"
    )
  end, 22,
  function()
    local s = "a" ..
      {} -- lint: ignore E0019
  end, 27,
  function()
    for k in nil do -- lint: ignore E0002
    end
  end, 31,
  function()
    local f
    f(1, -- lint: ignore E0002
      2)
  end, 36,
  function()
    while nil < 1 do -- lint: ignore E0019
    end
  end, 40,
  function()
    local x = 1
    repeat
      x = x + 1
    until x > {} -- lint: ignore E0019
  end, 47,
  function()
    return #nil -- lint: ignore E0019
  end, 50,
  function()
    local t = setmetatable({}, {__index = function(_, k)
      error(k)
    end})
    return t.x
  end, 54,
  function()
    local t = setmetatable({}, {__add = function()
      return nil + 1 -- lint: ignore E0019
    end})
    return t + 1
  end, 60,
  function()
    table.sort({3, 2, 1}, function(a, b)
      return a.x < b -- lint: ignore E0005
    end)
  end, 66,
  function()
    return (("x"):gsub(".", function(c)
      return c + nil -- lint: ignore E0019
    end))
  end, 71,
}
for i = 1, #cases, 2 do
  local got = line(cases[i])
  assert(got == cases[i + 1], "case " .. (i + 1) // 2 .. ": line " .. got .. ", not " .. cases[i + 1])
end
-- levels: who called, and who called that
local function level(n) error("x", n) end
local function outer(n)
  level(n)
  return 1
end
assert(line(outer, 1) == 80)
assert(line(outer, 2) == 82)
assert(line(function()
  outer(3)
  return 1
end) == 88)
local ok, e = pcall(outer, 0)
assert(e == "x")
-- an error object has no place put before it
ok, e = pcall(error, {1}, 2)
assert(type(e) == "table")
-- a store is where its last name is, a chain of pieces where its last piece is
local t = {a = {}}
local function at(f)
  local _, e = pcall(f)
  return tonumber(tostring(e):match(":(%d+):"))
end
local here = at(function() error("") end) or 0
assert(at(function()
  t
  .a
  .b
  .c = 1
end) == here + 5)
assert(at(function()
  return "a" ..
    "b" ..
    nil -- lint: ignore E0019
end) == here + 9)
