local M = {}

function M.hot(n)
  local sum = 0
  for i = 1, n do
    sum = sum + i * i % 7
  end
  return sum
end

function M.litter(n)
  local list = {}
  for i = 1, n do
    list[i] = { i }
  end
  return #list
end

return M
