-- Dialect: what is there and what is not.
for _, name in ipairs{"load", "loadstring", "loadfile", "dofile", "collectgarbage", "rawlen", "utf8", "debug", "setfenv", "getfenv", "module"} do
  assert(_G[name] == nil, name)
end
assert(_VERSION:find("Lua 5.3", 1, true) and package.path == "" and package.cpath == "" and type(package.loadlib) == "function")
assert(coroutine.isyieldable == nil and coroutine.close == nil and coroutine.running() == nil)
-- assert gives a text message the position of its caller, and keeps other values
local ok, e = pcall(function() assert(false, "message") end)
assert(not ok and e:find(":%d+: message$"), e)
-- tostring prints a number of the process, never an address
assert(tostring({}):find("^table: %d+$") and tostring(function() end):find("^function: %d+$"))
-- a module table falls back to the globals after seeall
local m = {}
package.seeall(m)
assert(m.tostring == tostring)
