-- funcs: a function with a pool that keeps states goes on from what its last call left.
-- modules: funcs
local funcs = require("funcs")
local function keeper(...) return funcs.call("test:keeper", ...) end

assert(keeper("clear"))
local calls = keeper()
assert(keeper() == calls + 1)
assert(keeper("put", { n = 1 }) == calls + 2)
assert(keeper("put", "two") == calls + 3)
assert(keeper("get") == '{"n":1} "two"', keeper("get"))
assert(keeper("take").n == 1 and keeper("take") == "two")
-- a raise is one call's matter: what it changed stays, the next call runs
local value, err = keeper("raise")
assert(value == nil and err)
assert(keeper("get") == '"changed before the raise" "two"')
-- nothing waits in the channel: a call that would wait for ever ends, and the state goes on
value, err = keeper("take")
assert(value == nil and tostring(err):find("blocked", 1, true), tostring(err))
assert(keeper() > calls)
-- long work, behind which the process has left its image, and goes on from there
assert(keeper("clear"))
local before = keeper("spin", 0) or 0
assert(keeper("spin", 200000) == before + 200000 * 200001 // 2)
assert(keeper("put", 3) and keeper("get") == "3" and keeper("take") == 3)
-- arguments and results of many calls do not pile up
for i = 1, 300 do assert(keeper("put", string.rep("x", 1000)) and keeper("clear")) end
assert(keeper("get") == "")
