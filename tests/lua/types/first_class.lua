-- Types are values like others.
type Config = {port: integer, host: string}
local T = Config
assert(T == Config and T:is{port = 1, host = "h"} and T{port = 1, host = "h"}.port == 1)
local lib = {Config = Config, nested = {T}}
assert(lib.Config{port = 1, host = "h"} and lib.nested[1] == Config and lib.Config:is{port = 1, host = "h"})
assert(lib.Config:name() == "Config")
local function validate(type_, v) return type_:check(v) end
assert(validate(Config, {port = 1, host = "h"}) and not validate(Config, {}))
local function maker() return Config end
assert(maker()(maker(){port = 1, host = "h"}).port == 1)
local up = Config
local function closure() return up, Config end
local a, b = closure()
assert(a == b)
-- in varargs, in tables, as upvalues that change
local function pick(...) return select(2, ...) end
assert(pick(1, Config) == Config)
local current = Config
local function set(T) current = T end
type Other = string
set(Other)
assert(current == Other and current("x") == "x")
-- truth, concatenation, arithmetic, length
assert(Config and not not Config)
for _, f in ipairs{function() return Config .. "x" end, function() return Config + 1 end, function() return #Config end, function() return -Config end} do -- lint: ignore E0019
  local ok, err = pcall(f)
  assert(not ok and err:find("type", 1, true), err)
end
-- weak and strong keys, sort keys by name
local list = {Config, Other}
table.sort(list, function(x, y) return tostring(x) < tostring(y) end)
assert(list[1] == Config)
local names = {}
for _, T in ipairs(list) do names[#names + 1] = tostring(T) end
assert(table.concat(names, ",") == "Config,Other")
-- methods of a table that holds types
local registry = {types = {}}
function registry:add(T) self.types[T:name()] = T end
registry:add(Config)
assert(registry.types.Config == Config)
-- __index of a table may be a type
local record = setmetatable({}, {__index = Config})
assert(record.port:kind() == "integer" and record.kind ~= nil)
-- a type as a metamethod
local callable = setmetatable({}, {__call = function(_, v) return Config(v) end})
assert(callable{port = 1, host = ""}.port == 1)
