-- Modules that are required, and globals that need no require.
-- modules: json, time, http, logger
local json = require("json")
local time = require("time")
local http = require("http")
local logger = require("logger")
local text, err = json.encode({ a = 1 })
print(text:upper()) --! E0023
if text then print(text:upper()) end
if err then print(err:kind()) end
local data = json.decode("{}")
print(data.a.b.c)
json.decode() --! E0003
json.decode(5) --! E0000
json.parse("{}") --! E0004
local now = time.now()
print(now:unix() + 1, now:format(time.RFC3339):upper(), now:sub(now):seconds() + 1)
print(now:unixx()) --! E0022
print(time.SECOND * 5, time.HOURS) --! E0004
time.sleep("1s")
time.sleep() --! E0003
local later = now:add("1h")
print(later:unix())
if later then print(later:after(now)) end
now:before("x") --! E0000
local req = http.request()
print(req:method())
if req then
    print(req:method():upper(), req:query("x") or "")
    print(req:query("x"):upper()) --! E0023
    req:query() --! E0003
end
logger:info("text", { a = 1 })
logger:info() --! E0003
logger:with({ a = 1 }):warn("text")
logger:shout("text") --! E0022
local pid, problem = process.spawn("app:worker", "app:host", 1, 2)
if problem then error(problem) end
process.send(pid, "topic", {}, 5)
process.send("x") --! E0003
local e = errors.new({ message = "x", kind = errors.INVALID, retryable = true })
print(e:kind():upper(), e:message():upper(), e:retryable(), errors.is(e, errors.TIMEOUT))
print(math.floor(1.5) + 1, math.pi, math.random(1, 6), os.time() + 1, os.date("%Y"))
