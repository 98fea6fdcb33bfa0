local sums, io = require("sums"), require("io")

local function round()
  local sum = sums.hot(20000)
  return sum + sums.litter(100)
end

return function()
  local stop = { process.events():case_receive(), default = true }
  io.eprint("works")
  repeat round() until not channel.select(stop).default
  return 0
end
