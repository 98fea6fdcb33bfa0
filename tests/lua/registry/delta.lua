-- registry.build_delta: the operations between two lists of entries.
-- modules: registry
local registry = require("registry")
local function e(name, v) return {id = "d:" .. name, kind = "registry.entry", data = {v = v}} end
local ops = assert(registry.build_delta({e("gone", 1), e("same", 1), e("new", 1)}, {e("same", 1), e("new", 2), e("added", 1)}))
local by = {}
for _, op in ipairs(ops) do by[op.entry.id] = op.kind end
assert(#ops == 3 and by["d:gone"] == "entry.delete" and by["d:new"] == "entry.update" and by["d:added"] == "entry.create")
for _, op in ipairs(ops) do if op.kind == "entry.update" then assert(op.entry.data.v == 2) end end
assert(#registry.build_delta({}, {}) == 0 and #registry.build_delta({e("x", 1)}, {e("x", 1)}) == 0) -- lint: ignore E0019
local none, err = registry.build_delta({e("x", 1), {id = "bare"}}, {})
assert(none == nil and errors.is(err, errors.INVALID) and err:message():find("entry 2 of list 1", 1, true), tostring(err))
assert(not pcall(registry.build_delta) and not pcall(registry.build_delta, {}) and not pcall(registry.build_delta, 1, {})) -- lint: ignore E0000, E0003
