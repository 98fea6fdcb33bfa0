-- Dialect: iteration follows the order of insertion, after the array part.
local t = {}
for _, k in ipairs{"zeta", "alpha", "mu", "beta"} do t[k] = true end
t[1], t[2] = "one", "two"
local seen = {}
for k in pairs(t) do seen[#seen + 1] = tostring(k) end
assert(table.concat(seen, " ") == "1 2 zeta alpha mu beta", table.concat(seen, " "))
