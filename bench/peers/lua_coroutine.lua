-- Coroutines, a case a run: seconds, and pairs of a resume and a yield per second.
local case = arg[1]
local clock = os.clock
local C = {}

-- Values go there and back, as they do through a generator.
function C.switch()
  local yield = coroutine.yield
  local co = coroutine.wrap(function(x) while true do x = yield(x) end end)
  local n = 5000000
  for i = 1, n do co(i) end
  return n
end

function C.create()
  local create, resume = coroutine.create, coroutine.resume
  local f = function(x) return x end
  local n = 1000000
  for i = 1, n do resume(create(f), i) end
  return n
end

local t = clock()
local n = C[case]()
local seconds = clock() - t
print(string.format("%s\t%.4f\ts", case, seconds))
print(string.format("%s_rate\t%.0f\tpairs/s\t%.4f", case, n / seconds, seconds))
