-- process: a backlog of many topics is taken over in time that grows with its length only.
-- modules: time
local time, me = require("time"), process.pid()
for i = 1, 100000 do process.send(me, "t" .. i, i) end
local started = time.now()
for i = 1, 100000 do assert(process.listen("t" .. i):receive() == i) end
assert(time.now():sub(started):milliseconds() < 2000, tostring(time.now():sub(started)))
