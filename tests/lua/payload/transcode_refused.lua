-- payload: unknown formats and impossible conversions.
local f = payload.format
local function refused(kind, p, err)
  assert(p == nil and errors.is(err, kind), tostring(p or err) .. " " .. tostring(err and err:kind()))
end
refused(errors.INVALID, payload.new(1):transcode("nonsense"))
refused(errors.INVALID, payload.new(1):transcode(""))
refused(errors.INVALID, payload.new(1):transcode(f.MSGPACK))
refused(errors.INVALID, payload.new({1}):transcode(f.ERROR))
local cyclic = {}
cyclic.me = cyclic
refused(errors.INVALID, payload.new(cyclic):transcode(f.JSON))
refused(errors.INVALID, payload.new({1, k = 2}):transcode(f.JSON))
assert(not pcall(function() payload.new(1):transcode() end) and not pcall(function() payload.new(1):transcode({}) end)) -- lint: ignore E0000, E0003
