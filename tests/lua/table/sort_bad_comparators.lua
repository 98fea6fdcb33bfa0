-- An order function that is no order ends with some order or a raise, and loses no element.
local orders = {
  function() return true end,
  function() return false end,
  function(a, b) return a <= b end,
  function(a, b) return a >= b end,
  function(a, b) return (a * 7 + b * 13) % 3 == 0 end,
  function() return nil end,
  function() return 0 end,
}
local n = 0
orders[#orders + 1] = function() n = n + 1 return n % 2 == 0 end
for _, order in ipairs(orders) do
  for _, size in ipairs{2, 3, 5, 10, 50, 200, 1000} do
    local t, sum = {}, 0
    for i = 1, size do t[i] = (i * 7919) % 101 sum = sum + t[i] end
    local ok, e = pcall(table.sort, t, order)
    assert(ok or tostring(e):find("invalid order function for sorting", 1, true) or tostring(e):find("attempt to", 1, true), e)
    if ok then
      for _, v in ipairs(t) do sum = sum - v end
      assert(sum == 0 and #t == size)
    end
  end
end
