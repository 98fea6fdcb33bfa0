-- goto: loops, continue, leaving scopes, closures of each round.
local n = 0
::top::
n = n + 1
if n < 5 then goto top end
assert(n == 5)
local sum = 0
for i = 1, 10 do
  if i % 2 == 0 then goto continue end
  sum = sum + i
  ::continue::
end
assert(sum == 25)
for i = 1, 3 do
  for j = 1, 3 do
    if j == 2 then goto out end
    sum = sum + 1
  end
end
::out::
assert(sum == 26)
do goto skip; local x; ::skip:: end -- lint: ignore E0009
local fs = {}
do
  local k = 0
  ::again::
  local x = k
  fs[#fs + 1] = function() return x end
  k = k + 1
  if k < 3 then goto again end
end
assert(fs[1]() == 0 and fs[2]() == 1 and fs[3]() == 2)
while true do while true do goto done end end
::done::
local goto_ = 1
assert(goto_ == 1)
