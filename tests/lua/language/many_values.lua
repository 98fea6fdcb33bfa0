-- Varargs and results from none to some hundred, through calls, tables, coroutines and pcall.
local function n(...) return select("#", ...) end
local function list(k) local t = {} for i = 1, k do t[i] = i end return t end
local unpack = table.unpack
for _, k in ipairs{0, 1, 2, 49, 50, 51, 100, 199, 200, 249, 250, 251, 255, 256, 257, 1000} do
  local t = list(k)
  assert(n(unpack(t)) == k and n(0, unpack(t)) == k + 1 and n(unpack(t), 0) == 2 - (k == 0 and 0 or 0) and #{unpack(t)} == k)
  local packed = table.pack(unpack(t))
  assert(packed.n == k and packed[k] == t[k])
  local function pass(...) return ... end
  local function both(...) return select("#", ...), ... end
  assert(n(pass(unpack(t))) == k and n(both(unpack(t))) == k + 1 and (both(unpack(t))) == k)
  assert(select(k + 1, 0, unpack(t)) == (k == 0 and 0 or k) and n(select(k + 1, unpack(t))) == 0)
  local ok, last = true, nil
  assert(n(pcall(pass, unpack(t))) == k + 1)
  local co = coroutine.wrap(function(...) local got = n(...) while true do got = n(coroutine.yield(unpack(list(got)))) end end)
  assert(n(co(unpack(t))) == k and n(co(unpack(t))) == k and n(co()) == 0)
  assert(n(table.unpack(t, 1, k)) == k and n(table.unpack(t, 1, k + 3)) == k + 3 and n(table.unpack(t, k + 1, k)) == 0)
  local sum = 0
  for _, v in ipairs{unpack(t)} do sum = sum + v end
  assert(sum == k * (k + 1) // 2)
  local m = setmetatable({}, {__call = function(_, ...) return n(...) end, __index = function(_, ...) return n(...) end})
  assert(m(unpack(t)) == k and m.x == 1)
  assert(#string.char(unpack(t, 1, math.min(k, 250))) == math.min(k, 250))
  if k > 0 then assert(math.max(unpack(t)) == k) end
end
-- nils count, at the end too
assert(n(nil) == 1 and n(nil, nil) == 2 and table.pack(nil, nil, nil).n == 3 and n(unpack({}, 1, 3)) == 3 and n(unpack({nil, 2, nil}, 1, 3)) == 3)
local function holes(...) local a, b, c = ... return a, b, c, n(...) end
local a, b, c, k = holes(nil, 2)
assert(a == nil and b == 2 and c == nil and k == 2)
-- more parameters than arguments, and fewer
local function three(x, y, z) return x, y, z end
assert(n(three()) == 3 and select(3, three(1, 2, 3, 4, 5)) == 3 and n(three(1, 2, 3, 4, 5)) == 3)
local function fixed(x, ...) return x, n(...) end
a, b = fixed()
assert(a == nil and b == 0)
a, b = fixed(1, nil, nil)
assert(a == 1 and b == 2)
-- in the middle of a list only one value stays, in parentheses too
assert(n(three(1, 2, 3), 4) == 2 and n((three(1, 2, 3))) == 1 and #{three(1, 2, 3), three(4, 5, 6)} == 4 and #{(three(1, 2, 3))} == 1 and #{three(1, 2, 3), nil} == 1)
local function varargs(...) return {..., ...}, {(...)}, {n(...), ...} end
local t1, t2, t3 = varargs(1, 2, 3)
assert(#t1 == 4 and #t2 == 1 and #t3 == 4)
-- assignment takes what it needs
local x, y, z = three(1, 2, 3), 10
assert(x == 1 and y == 10 and z == nil)
x, y, z = 0, three(1, 2, 3)
assert(x == 0 and y == 1 and z == 2)
x, y = three(1, 2, 3), three(4, 5, 6), three(7, 8, 9)
assert(x == 1 and y == 4)
-- tail calls keep all
local function count_down(i, ...) if i == 0 then return ... end return count_down(i - 1, i, ...) end
assert(n(count_down(200)) == 200 and (count_down(200)) == 1)
-- select from the end
assert(select(-1, 1, 2, 3) == 3 and n(select(-3, 1, 2, 3)) == 3 and not pcall(select, -4, 1, 2, 3) and not pcall(select, 0) and select("#") == 0)
-- more than there is room for is refused, not half done
local ok, e = pcall(unpack, {}, 1, 1e8)
assert(not ok and e:find("too many results", 1, true), e)
ok, e = pcall(unpack, {}, math.mininteger, math.maxinteger)
assert(not ok and e:find("too many results", 1, true), e)
