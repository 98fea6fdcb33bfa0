-- io: outside a terminal every function answers Unavailable.
-- modules: io
local io = require("io")
local calls = {write = {"x"}, print = {"x", 1}, eprint = {}, read = {}, readline = {}, flush = {}, args = {}}
for name, args in pairs(calls) do
  local got, err = io[name](unpack(args))
  assert(got == nil and errors.is(err, errors.UNAVAILABLE) and err:message() == "no terminal context", name)
end
local named = setmetatable({}, {__tostring = function() return "named" end})
assert(select(2, io.print(named, nil, true, {}, print)):kind() == "Unavailable") -- lint: ignore E0023
assert(not pcall(io.read, {})) -- lint: ignore E0000
for name in pairs(io) do assert(calls[name], name .. " has no case here") end
