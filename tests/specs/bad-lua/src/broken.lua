local function f(a)
  if a then
    return a != 1
  end
end
local x = = 2
return f
