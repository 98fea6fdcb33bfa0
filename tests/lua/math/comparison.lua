-- Comparison of integers and floats is exact, also beyond 2^53.
local big = 1 << 53
assert(big == 2 ^ 53 and big + 1 ~= 2 ^ 53 and big + 1 > 2 ^ 53 and big + 1 >= 2 ^ 53 and not (big + 1 <= 2 ^ 53))
assert(math.maxinteger < 2 ^ 63 and math.maxinteger ~= 2 ^ 63 and not (math.maxinteger >= 2 ^ 63))
assert(math.mininteger == -2 ^ 63 and math.mininteger <= -2 ^ 63 and not (math.mininteger < -2 ^ 63))
assert(math.maxinteger < math.huge and math.mininteger > -math.huge and math.maxinteger > -math.huge)
assert(9007199254740993 ~= 9007199254740992 and 9007199254740993 > 9007199254740992)
assert(1 == 1.0 and 0 == -0.0 and 1 < 1.5 and 1.5 < 2 and not (1 < 1.0) and 1 <= 1.0 and -1 > -1.5)
local nan = 0 / 0
assert(nan ~= nan and not (nan < 1) and not (nan > 1) and not (1 < nan) and not (1 >= nan) and not (nan <= nan))
assert(not (1 == "1") and not ("1" == 1) and 0 ~= false and nil ~= false)
for _, pair in ipairs{{1, "2"}, {"1", 2}, {{}, 1}, {nil, 1}, {true, false}, {tostring, tostring}} do
  local ok, e = pcall(function(a, b) return a < b end, pair[1], pair[2])
  assert(not ok and e:find("attempt to compare", 1, true), e)
end
local ok, e = pcall(function() return {} < {} end) -- lint: ignore E0019
assert(not ok and e:find("attempt to compare two table values", 1, true), e)
ok, e = pcall(function() return 1 < "2" end) -- lint: ignore E0019
assert(not ok and e:find("attempt to compare number with string", 1, true), e)
-- table keys: whole floats and integers are one key
local t = {}
t[1.0], t[2], t[-1.0], t[0.0], t[2 ^ 53] = "a", "b", "c", "d", "e"
assert(t[1] == "a" and t[2.0] == "b" and t[-1] == "c" and t[0] == "d" and t[-0.0] == "d" and t[1 << 53] == "e")
t[1.5] = "x"
assert(t[1.5] == "x" and t[3 / 2] == "x")
for k in pairs(t) do if k ~= 1.5 then assert(math.type(k) == "integer", k) end end
