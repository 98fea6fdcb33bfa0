local http = require("http")
local ways = {}
function ways.text() error("plain") end
function ways.bare() error("bare", 0) end
function ways.table() error({1}) end
function ways.none() error(nil) end
function ways.number() error(42) end
function ways.object() error(errors.new{message = "not there", kind = errors.NOT_FOUND}) end
function ways.returned() return nil, "second value" end
function ways.denied() return nil, errors.new(errors.PERMISSION_DENIED, "denied") end
function ways.nothing() end
ways["function"] = function() return print end
function ways.memory() return ("x"):rep(1000000000) end
function ways.list() return {1, 2} end
function ways.late(_, res) res:write("kept") error("too late") end
function ways.after(_, res)
  res:write("first")
  coroutine.spawn(function() channel.new():receive() end)
  return "not sent"
end
function ways.crlf(_, res)
  for _, name in ipairs{"", " ", "a b", "x:y", "x\r\ny", "x\0", "é"} do
    local err = res:set_header(name, "1")
    assert(errors.is(err, errors.INVALID), name)
  end
  for _, value in ipairs{"a\r\nSet-Cookie: x=1", "a\nb", "a\0"} do
    local err = res:set_header("X-Value", value)
    assert(errors.is(err, errors.INVALID))
    err = res:set_content_type(value)
    assert(errors.is(err, errors.INVALID))
  end
  for _, code in ipairs{0, 99, 100, 101, 199, 600, 999, -1} do
    local err = res:set_status(code)
    assert(ok == nil and errors.is(err, errors.INVALID), code)
  end
  for _, code in ipairs{200.5, "abc", 1e300, 0 / 0} do assert(not pcall(res.set_status, res, code)) end
  return "refused all"
end
return function()
  local req, res = http.request(), http.response()
  return ways[req:param("way")](req, res)
end
