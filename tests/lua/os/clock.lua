-- os.clock, os.difftime, os.platform, and that there is nothing else.
local a = os.clock()
local b = os.clock()
assert(type(a) == "number" and a >= 0 and b >= a)
assert(os.difftime(10, 4) == 6 and math.type(os.difftime(10, 4)) == "integer" and os.difftime(1.5, 1) == 0.5 and os.difftime(1, 2) == -1)
assert(not pcall(os.difftime) and not pcall(os.difftime, 1) and not pcall(os.difftime, {}, 1)) -- lint: ignore E0000, E0003
assert(os.platform == "wippy")
local names = {}
for name in pairs(os) do names[#names + 1] = name end
table.sort(names)
assert(table.concat(names, " ") == "clock date difftime platform time")
assert(not pcall(function() os.exit = print end) and os.getenv == nil and os.execute == nil) -- lint: ignore E0004
