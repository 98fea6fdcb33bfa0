-- E0002: calls of what is no function.
local n, s, t, b = 5, "text", { 1 }, true
n() --! E0002
s() --! E0002
t() --! E0002
b() --! E0002
local r = { run = function() return 1 end, size = 3 }
r.run()
r.size() --! E0002
math.pi() --! E0002
local called = setmetatable({}, { __call = function() return 1 end })
called()
local plain = setmetatable({}, { __index = {} })
plain() --! E0002
type Mixed = number | (() -> number)
local function call(mixed: Mixed)
    mixed() --! E0002
end
call(1)
local any: any = n
any()
local f: () -> () = function() end
f()
