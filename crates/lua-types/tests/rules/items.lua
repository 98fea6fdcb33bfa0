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

-- Of elements of several kinds, a computed index may mean one of the kind that is used.
local cases = { "one", 1, "two", 2 }
for i = 1, #cases, 2 do
    print(cases[i]:upper(), cases[i + 1] + 1)
end
local words = { "one", "two" }
for i = 1, #words do print(words[i] + 1) end --! E0019
