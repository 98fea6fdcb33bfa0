-- registry.find: filters over kind, namespace, name and meta; the order is that of the ids.
-- modules: registry
local registry = require("registry")
local changes = registry.snapshot():changes()
for name, meta in pairs{a = {type = "x", n = 1, tags = {"red", "blue"}}, b = {type = "y", n = 2.0, deep = {k = true}}, c = {type = "xy", tags = {"blue"}}} do
  assert(changes:create{id = "find:" .. name, kind = "registry.entry", meta = meta, data = {v = name}})
end
assert(changes:apply())
local function names(filter, expected)
  filter[".ns"] = filter[".ns"] or "find"
  local list, err = registry.find(filter)
  assert(list, tostring(err))
  local found = {}
  for i, e in ipairs(list) do found[i] = e.id:match(":(.*)") end
  assert(table.concat(found, " ") == expected, table.concat(found, " ") .. " instead of " .. expected)
end
names({}, "a b c") names({[".name"] = "b"}, "b") names({[".kind"] = "registry.*"}, "a b c") names({[".kind"] = "function.lua"}, "")
names({["meta.type"] = "x"}, "a") names({["meta.n"] = 1}, "a") names({["meta.n"] = 2}, "b") names({["meta.deep.k"] = true}, "b")
names({["meta.tags"] = "blue"}, "a c") names({["meta.tags"] = {"red", "blue"}}, "a")
names({["~meta.type"] = "^x.*$"}, "a c") names({["*meta.type"] = "y"}, "b c") names({["^meta.type"] = "x"}, "a c") names({["$meta.type"] = "y"}, "b c")
names({meta = {type = "y"}}, "b") names({["meta.absent"] = 1}, "") names({kind = "ignored"}, "a b c")
assert(#registry.find() >= 3 and #registry.find{} >= 3 and #registry.snapshot():entries() >= 3) -- lint: ignore E0019
local none, err = registry.find{["~meta.type"] = "("}
assert(none == nil and errors.is(err, errors.INVALID))
none, err = registry.find{1, 2} -- lint: ignore E0000
assert(none == nil and errors.is(err, errors.INVALID))
assert(not pcall(registry.find, "x")) -- lint: ignore E0000
local snapshot = registry.snapshot()
assert(#snapshot:find{[".ns"] = "find"} == 3 and #snapshot:namespace("find") == 3 and #snapshot:namespace("nobody") == 0 and snapshot:get("find:a").data.v == "a") -- lint: ignore E0023
assert(select(2, snapshot:get("find:z")):kind() == "NotFound") -- lint: ignore E0023
