-- Dialect: `_ENV` is an ordinary name; `package` knows no loaders.
assert(_ENV == nil)
local function f()
  local _ENV = {math = "mine"}
  return math, _ENV.math
end
local library, mine = f()
assert(library == math and mine == "mine")
for _, name in ipairs{"loaded", "preload", "searchers", "searchpath", "config"} do assert(package[name] == nil, name) end
