-- Half a megabyte that all processes share; who writes it pays for it.
local list = {}
for i = 1, 32000 do list[i] = i end
return function(write)
  if write then list[1] = 0 end
  return list[1] + list[32000]
end
