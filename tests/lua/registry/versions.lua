-- registry: versions, history, going back and forth.
-- modules: registry
local registry = require("registry")
local v1 = assert(registry.snapshot():changes():create{id = "ver:a", kind = "registry.entry", data = {n = 1}}:apply())
local v2 = assert(registry.snapshot():changes():update{id = "ver:a", data = {n = 2}}:apply())
assert(math.type(v1:id()) == "integer" and v2:id() > v1:id() and v1:string() == tostring(v1:id()) and tostring(v2) == v2:string())
assert(v1:next() ~= nil and v2:previous():id() == v2:id() - 1 and v1 ~= v2 and v2:previous():next() == v2) -- lint: ignore E0023
assert(registry.current_version():id() >= v2:id())
local versions = assert(registry.versions())
assert(versions[1]:id() == 0 and versions[1]:previous() == nil and versions[#versions]:id() >= v2:id()) -- lint: ignore E0023
for i = 2, #versions do assert(versions[i]:id() == versions[i - 1]:id() + 1) end -- lint: ignore E0023
local history = assert(registry.history())
assert(#assert(history:versions()) >= #versions and history:get_version(v1:id()) == v1)
assert(history:snapshot_at(v1):get("ver:a").data.n == 1 and registry.snapshot_at(v2:id()):get("ver:a").data.n == 2) -- lint: ignore E0023
assert(registry.snapshot_at(v1:id()):version() == v1) -- lint: ignore E0023
local function refused(kind, value, err) assert(value == nil and errors.is(err, kind), tostring(err)) end
refused(errors.NOT_FOUND, registry.snapshot_at(1000000)) refused(errors.NOT_FOUND, history:get_version(1000000)) refused(errors.NOT_FOUND, history:get_version(-1))
refused(errors.INVALID, registry.snapshot_at(0)) refused(errors.INVALID, registry.snapshot_at(-5)) refused(errors.NOT_FOUND, registry.apply_version(1000000)) refused(errors.INVALID, registry.apply_version(-1))
assert(not pcall(registry.snapshot_at) and not pcall(registry.apply_version) and not pcall(history.snapshot_at, history, 1) and not pcall(v1.id)) -- lint: ignore E0000, E0003
