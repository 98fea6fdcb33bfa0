-- Built-in modules under another alias are what they are.
-- modules: t = time, j = json, json = time
local t = require("t")
local j = require("j")
local now: t.Time = t.now()
print(now:unix(), t.SECOND)
print(now:unixx()) --! E0022
print(t.nwo()) --! E0004
print(j.encode({}), j.encoed({})) --! E0004
print(json.now():unix())
print(json.encode({})) --! E0004
print(require("json").now():unix())
local later: t.Tiem = now --! E0012
require("time") --! E0024
print(later)
