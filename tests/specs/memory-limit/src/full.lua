local funcs, io = require("funcs"), require("io")
return function()
  local keep = string.rep("x", 20 * 1024 * 1024)
  local _, err = funcs.call("app:one")
  io.write(err:kind(), "\t", tostring(err:retryable()), "\n")
  io.print(err:message())
  assert(#keep > 0)
  keep = nil
  -- Garbage of a process that allocates is found soon.
  local result
  for _ = 1, 100000 do
    local t = {}
    for i = 1, 100 do t[i] = { i } end
    result = funcs.call("app:one")
    if result then break end
  end
  io.write("again\t", result, "\n")
  return 0
end
