-- system: the process of the operating system, the modules, the exit.
-- modules: system
local system = require("system")
local pid, host, dir = system.process.pid(), system.process.hostname(), system.process.cwd()
assert(math.type(pid) == "integer" and pid > 1)
assert(type(host) == "string" and #host > 0 and type(dir) == "string" and dir:sub(1, 1) == "/")
local list, err = system.modules()
assert(err == nil and #list > 10)
local found
for i, module in ipairs(list) do
  assert(type(module.name) == "string" and #module.description > 0 and type(module.class) == "table")
  assert(i == 1 or list[i - 1].name < module.name, "by name") -- lint: ignore E0023
  if module.name == "system" then found = module end
end
assert(found and found.class[1] == "process" and found.class[2] == "nondeterministic" and #found.class == 2)
for _, bad in ipairs{-1, 256, math.maxinteger} do
  local none, refused = system.exit(bad)
  assert(none == nil and refused:kind() == errors.INVALID and refused:message():find("0 to 255", 1, true))
end
assert(not pcall(system.exit, "now") and not pcall(system.exit, 1.5)) -- lint: ignore E0000
assert(system.exit(3) == true and system.exit() == true, "nobody stops the node of the tests")
