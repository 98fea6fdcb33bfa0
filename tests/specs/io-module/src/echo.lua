local io, time = require("io"), require("time")
return function(...)
  local args = io.args()
  assert(io.print("args", #args, unpack(args)) == true)
  assert(io.write("a", 1, 2.0, true, nil, "\n") == true)
  assert(io.print(setmetatable({}, {__tostring = function() return "named" end}), errors.new("an error")) == true)
  -- a read that waits holds only its own coroutine
  local ticked = false
  coroutine.spawn(function() ticked = true end)
  local first = assert(io.readline())
  assert(ticked)
  io.print("line", first)
  io.print("read", (assert(io.read(3))))
  local rest = {}
  while true do
    local line, err = io.readline()
    if not line then
      assert(errors.is(err, errors.INTERNAL))
      break
    end
    rest[#rest + 1] = line
  end
  io.print("rest", table.concat(rest, "|"))
  assert(io.eprint("to", "stderr") == true)
  assert(not pcall(io.print, setmetatable({}, {__tostring = function() return {} end})))
  return assert(io.flush()) and nil
end
