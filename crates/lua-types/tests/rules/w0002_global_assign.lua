-- W0002: globals that a unit makes.
counter = 0 --! W0002
function run() --! W0002
    return counter
end
local function f()
    other, inner = 1, 2 --! W0002 W0002
    local x = 1
    x = x + 1
    return x, other, inner
end
local M = {}
M.field = 1
function M.method() return f() end
function M:again() return self.field end
run()
local g
function g() return 1 end
return M, g
