local function f(list: {number} @max(3)): string @patern("a")
  return list[1] as string
end
return f
