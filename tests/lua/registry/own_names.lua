-- registry: an import that a unit gets later is what it means by that name, with the same source.
-- modules: registry, funcs
local registry, funcs = require("registry"), require("funcs")
local source = "return {name = function() return helper and helper.name end}"
local function lua(name, kind, source, imports)
  return {id = "own_names:" .. name, kind = kind, data = {source = source, imports = imports}}
end
local set = registry.snapshot():changes()
set:create(lua("one", "library.lua", "return {name = 'one'}"))
set:create(lua("two", "library.lua", "return {name = 'two'}"))
set:create(lua("a", "library.lua", source, {helper = "own_names:one"}))
set:create(lua("b", "library.lua", source))
set:create(lua("names", "function.lua", "return function() return a.name() .. ' ' .. b.name() end", {a = "own_names:a", b = "own_names:b"}))
assert(set:apply())
local function names() return assert(funcs.call("own_names:names")) end
assert(names() == "one one", names())
assert(registry.snapshot():changes():update(lua("b", "library.lua", source, {helper = "own_names:two"})):apply())
assert(names() == "one two", names())
assert(registry.snapshot():changes():update(lua("b", "library.lua", source, {other = "own_names:two"})):apply())
assert(names() == "one one", names())
set = registry.snapshot():changes()
for _, name in ipairs{"names", "a", "b", "one", "two"} do set:delete("own_names:" .. name) end
assert(set:apply())
