-- registry.get, parse_id: entries as tables of their own, missing and malformed ids.
-- modules: registry
local registry = require("registry")
local e, err = registry.get("test:registry.get")
assert(err == nil and e.id == "test:registry.get" and e.kind == "process.lua" and type(e.meta) == "table" and next(e.meta) == nil)
assert(e.data.modules[1] == "registry" and e.data.source:find("parse_id", 1, true))
e.kind = "changed"
assert(registry.get("test:registry.get").kind == "process.lua" and registry.get{ns = "test", name = "registry.get"}.id == e.id) -- lint: ignore E0023
local none
none, err = registry.get("test:registry.gte")
assert(none == nil and errors.is(err, errors.NOT_FOUND) and err:retryable() == false and err:message():find("test:registry.gte", 1, true))
for _, bad in ipairs{"", "bare", "a:", ":b", {ns = "test"}, {}} do
  none, err = registry.get(bad) -- lint: ignore E0000
  assert(none == nil and errors.is(err, errors.INVALID), tostring(bad))
end
assert(not pcall(registry.get) and not pcall(registry.get, true)) -- lint: ignore E0000, E0003
local id = registry.parse_id("a.b:c:d")
assert(id.ns == "a.b" and id.name == "c:d")
id = registry.parse_id("bare")
assert(id.ns == "" and id.name == "bare")
assert(not pcall(registry.parse_id) and not pcall(registry.parse_id, {})) -- lint: ignore E0000, E0003
