local lib = require("lib")
local ways = {}

function ways.library()
  lib.fail()
end

function ways.object()
  error(lib.object())
end

function ways.tail()
  return lib.tail("at the end")
end

function ways.wrapped()
  local step = coroutine.wrap(function()
    coroutine.yield(1)
    lib.fail("in a coroutine")
  end)
  step()
  step()
end

function ways.spawned()
  coroutine.spawn(function()
    lib.fail("beside")
  end)
  channel.new():receive()
end

function ways.resumed()
  local co = coroutine.create(function() lib.fail("caught") end)
  local ok, err = coroutine.resume(co)
  error(err, 0)
end

function ways.metamethod()
  return lib.strict.nothing
end

function ways.sorted()
  table.sort({ 3, 1, 2 }, function(a, b) return a < b.x end)
end

function ways.again()
  local ok, err = pcall(lib.fail, "first")
  error(err, 0)
end

function ways.wrap()
  local ok, err = pcall(function() error(lib.object()) end)
  error(errors.wrap(err, "outside"))
end

function ways.returned()
  return nil, lib.object()
end

function ways.waiting()
  process.inbox():receive()
end

return function(way)
  local result, err = ways[way]()
  return result, err
end
