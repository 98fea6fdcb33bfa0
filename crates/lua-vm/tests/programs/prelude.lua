-- What generated programs stand on: a log of shown values, a bound on steps, iteration in an order that all engines share.
local log = {}
local floor, type, tostring, select, pcall, pairs = math.floor, type, tostring, select, pcall, pairs
local function show(v)
  if math.type(v) == "float" then
    if v ~= v then return "nan" end
    return ("%.17g"):format(v) .. "f"
  end
  if type(v) == "string" then
    return '"' .. v:gsub("[^ -~]", function(c) return ("\\%03d"):format(c:byte()) end) .. '"'
  end
  if type(v) == "number" or type(v) == "boolean" or v == nil then return tostring(v) end
  return type(v)
end
local function out(...)
  local shown = {}
  for i = 1, select("#", ...) do shown[i] = show((select(i, ...))) end
  log[#log + 1] = table.concat(shown, " ")
end
local steps = 0
local function tick()
  steps = steps + 1
  if steps > 3000 then error("too many steps", 0) end
end
local function cut(s) if #s > 120 then return s:sub(1, 100) .. #s end return s end
local function sorted(t)
  local keys = {}
  for k in pairs(t) do keys[#keys + 1] = k end
  table.sort(keys, function(a, b)
    if type(a) ~= type(b) then return type(a) < type(b) end
    if type(a) == "boolean" then return not a and b end
    return a < b
  end)
  local i = 0
  return function() i = i + 1 return keys[i], t[keys[i]] end
end
local function dump(t)
  local parts = {}
  for k, v in sorted(t) do parts[#parts + 1] = show(k) .. "=" .. show(v) end
  return cut(table.concat(parts, ","))
end
local function try(f, ...)
  local function done(ok, ...)
    if ok then out("ok", ...) else
      local e = ...
      out("raised", type(e) == "table" and rawget(e, "code") or e)
    end
  end
  done(pcall(f, ...))
end
local vector = {}
vector.__index = function(v, k) if k == "twice" then return (rawget(v, 1) or 0) * 2 end return vector[k] end
vector.__newindex = function(v, k, x) rawset(v, k, x) rawset(v, "set", k) end
vector.__add = function(a, b) return "add" end
vector.__sub = function(a, b) return type(a) .. type(b) end
vector.__mul = function(a, b) if type(a) == "table" then return a[1] end return b[1] end
vector.__div = function() return nil, 2 end
vector.__mod = function() return error({code = 7}) end
vector.__unm = function(a, b) return rawequal(a, b) end
vector.__concat = function(a, b) return type(a) .. "~" .. type(b) end
vector.__len = function(v) return v[1] or -1 end
vector.__eq = function(a, b) return a[1] == b[1] end
vector.__lt = function(a, b) return (type(a) == "table" and a[1] or a) < (type(b) == "table" and b[1] or b) end
vector.__le = function(a, b) return (type(a) == "table" and a[1] or a) <= (type(b) == "table" and b[1] or b) end
vector.__call = function(v, ...) return select("#", ...), ... end
vector.__tostring = function(v) return "<" .. show(v[1]) .. ">" end
local function new(x) return setmetatable({x}, vector) end
