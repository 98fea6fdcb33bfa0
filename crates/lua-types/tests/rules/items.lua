-- The elements of a constructor are known one by one while nobody writes others.
local UNITS = { { "day", 86400 }, { "hour", 3600 } }
for _, unit in ipairs(UNITS) do
    print(unit[1]:upper(), unit[2] * 2)
    print(unit[1] * 2) --! E0019
end
local pair = { "a", 1 }
print(pair[1]:upper(), pair[2] + 1)
pair[#pair + 1] = true
print(pair[1])
