-- registry: change sets apply together or not at all; snapshots do not move.
-- modules: registry
local registry = require("registry")
local before = registry.snapshot()
local changes = before:changes()
assert(changes:create{id = "ch:one", kind = "registry.entry", meta = {m = 1}, data = {list = {1, 2}, map = {k = "v"}}} == changes)
assert(changes:create{id = {ns = "ch", name = "two"}, kind = "registry.entry"})
local ops = changes:ops()
assert(#ops == 2 and ops[1].kind == "entry.create" and ops[1].entry.id == "ch:one" and ops[2].entry.id == "ch:two")
local version = assert(changes:apply())
assert(version:id() > before:version():id() and before:get("ch:one") == nil)
local one = registry.get("ch:one")
assert(one.meta.m == 1 and one.data.list[2] == 2 and one.data.map.k == "v" and registry.get("ch:two").kind == "registry.entry") -- lint: ignore E0023
-- what an update leaves out stays
assert(registry.snapshot():changes():update{id = "ch:one", meta = {m = 2}}:apply())
one = registry.get("ch:one")
assert(one.meta.m == 2 and one.data.list[2] == 2 and one.kind == "registry.entry") -- lint: ignore E0023
-- all or nothing
local function refused(kind, changes)
  local none, err = changes:apply()
  assert(none == nil and errors.is(err, kind), tostring(err) .. " " .. tostring(err and err:kind()))
  return err
end
refused(errors.ALREADY_EXISTS, registry.snapshot():changes():create{id = "ch:three", kind = "registry.entry"}:create{id = "ch:one", kind = "registry.entry"})
assert(registry.get("ch:three") == nil)
refused(errors.NOT_FOUND, registry.snapshot():changes():delete("ch:nobody"))
refused(errors.INVALID, registry.snapshot():changes())
assert(refused(errors.INVALID, registry.snapshot():changes():create{id = "ch:x", kind = "no.such.kind"}):message():find("no.such.kind", 1, true))
refused(errors.INVALID, registry.snapshot():changes():create{id = "ch:lua", kind = "function.lua", data = {source = "return +"}})
assert(registry.get("ch:x") == nil and registry.get("ch:lua") == nil)
-- removal, by text and by parts
assert(registry.snapshot():changes():delete("ch:one"):delete{ns = "ch", name = "two"}:apply())
assert(#registry.snapshot():namespace("ch") == 0)
-- mistakes of a step come at the step, which goes on with the set; it applies nothing then, and answers the first of them
for _, bad in ipairs{{}, {id = "ch:n"}, {id = "bare", kind = "k"}, {id = 5, kind = "k"}, {id = "ch:n", kind = ""}, {id = "ch:n", kind = 5}, {id = "ch:n", kind = "k", meta = 5}, {id = "ch:n", kind = "k", data = print}} do
  local set = registry.snapshot():changes()
  local same, err = set:create(bad) -- lint: ignore E0000
  assert(same == set and errors.is(err, errors.INVALID) and #set:ops() == 0)
  local good, none = set:create{id = "ch:good", kind = "registry.entry"}
  assert(good == set and none == nil and #set:ops() == 1)
  assert(refused(errors.INVALID, set):message() == err:message())
end
assert(refused(errors.INVALID, registry.snapshot():changes():update{id = "bare"}:delete("ch:nobody"):create{}):message():find("bare", 1, true)) -- lint: ignore E0000
local set = registry.snapshot():changes()
local same, wrong = set:delete("bare")
assert(same == set and errors.is(wrong, errors.INVALID) and #set:ops() == 0 and registry.get("ch:good") == nil)
assert(not pcall(set.create, set) and not pcall(set.update, set, 5) and not pcall(set.delete, set) and not pcall(set.apply)) -- lint: ignore E0000, E0003
-- large data is kept, what is beyond all bounds is refused
local rows = {}
for i = 1, 8000 do rows[i] = {i} end
local large = registry.snapshot():changes():create{id = "ch:large", kind = "registry.entry", data = {rows = rows}}
assert(large:apply() and registry.get("ch:large").data.rows[8000][1] == 8000) -- lint: ignore E0023
assert(registry.snapshot():changes():delete("ch:large"):apply())
for i = 1, 40000 do rows[i] = {i} end
local _, beyond = registry.snapshot():changes():create{id = "ch:large", kind = "registry.entry", data = {rows = rows}}
assert(errors.is(beyond, errors.INVALID) and beyond:message():find("too large for an entry", 1, true), tostring(beyond))
