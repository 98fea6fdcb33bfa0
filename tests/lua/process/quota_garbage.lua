-- process: garbage does not count against the quota; it is collected before a large string is refused.
for i = 1, 20 do local s = ("x"):rep(100000000) end
local s = {} for i = 1, 100 do s[i] = ("x"):rep(1000000) end
for _ = 1, 5 do assert(#table.concat(s) == 100000000) end
