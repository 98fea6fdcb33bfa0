-- string.gsub: replacement by text, table and function, counts, empty matches.
local function eq(s, n, ...) local a, b = ... assert(a == s and b == n, tostring(a) .. " " .. tostring(b)) end
eq("hexxo", 2, ("hello"):gsub("l", "x"))
eq("hexlo", 1, ("hello"):gsub("l", "x", 1))
eq("hello", 0, ("hello"):gsub("l", "x", 0))
eq("hello", 0, ("hello"):gsub("l", "x", -5))
eq("hello", 0, ("hello"):gsub("z", "x"))
eq("-a-b-c-", 4, ("abc"):gsub("", "-"))
eq("x", 1, (""):gsub("", "x"))
eq("<abc>", 1, ("abc"):gsub("%w*", "<%0>"))
eq("<a> <b>", 2, ("a b"):gsub("%w+", "<%0>"))
eq("b=a, d=c", 2, ("a=b, c=d"):gsub("(%w)=(%w)", "%2=%1"))
eq("a%b", 1, ("a-b"):gsub("-", "%%"))
eq("hello hello", 1, ("hello"):gsub("^(%w+)", "%1 %1"))
eq("xa", 1, ("aa"):gsub("^a", "x"))
eq("3b", 1, ("ab"):gsub("a", 3))
eq("1 2", 2, ("a b"):gsub("%w", {a = 1, b = "2"}))
eq("A b", 2, ("a b"):gsub("%w", {a = "A", b = false}))
eq("a b", 2, ("a b"):gsub("%w", {}))
eq("[a][b]", 2, ("ab"):gsub(".", function(c) return "[" .. c .. "]" end))
eq("ab", 2, ("ab"):gsub(".", function() end))
eq("ab", 2, ("ab"):gsub(".", function() return false end))
local order = {}
eq("abc", 3, ("abc"):gsub("()(.)", function(i, c) order[#order + 1] = i .. c end))
assert(table.concat(order) == "1a2b3c")
-- a metatable answers for the table
eq("<x>", 1, ("x"):gsub("x", setmetatable({}, {__index = function(_, k) return "<" .. k .. ">" end})))
-- the function may raise and replace again
local ok, e = pcall(string.gsub, "abc", ".", function(c) if c == "b" then error("stop", 0) end end)
assert(not ok and e == "stop")
eq("((a))((b))", 2, ("ab"):gsub(".", function(c) return (c:gsub(".", "((%0))")) end))
-- many replacements
local s, n = ("the quick brown fox "):rep(500):gsub("%w+", function(w) return w:upper() end)
assert(n == 2000 and #s == 10000 and s:sub(1, 20) == "THE QUICK BROWN FOX ")
