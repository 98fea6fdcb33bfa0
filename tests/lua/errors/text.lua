-- Error objects stand for their text: concatenation, the string library, raising.
local e = errors.new("INVALID", "bad input")
assert("x: " .. e == "x: bad input" and e .. "!" == "bad input!" and e .. e == "bad inputbad input")
assert(("%s"):format(e) == "bad input" and string.upper(e) == "BAD INPUT" and string.find(e, "input") == 5 and ("x"):gsub("x", e) == "bad input")
assert(table.concat({"a", e}, ",") == "a,bad input")
local ok, got = pcall(error, e)
assert(not ok and got == e and got:kind() == "Invalid")
ok, got = pcall(function() error(e, 2) end)
assert(got == e)
ok, got = pcall(assert, nil, e)
assert(not ok and errors.is(got, errors.INVALID) or tostring(got):find("bad input", 1, true))
ok, got = pcall(function() return e .. {} end) -- lint: ignore E0019
assert(not ok and tostring(got):find("attempt to concatenate a table value", 1, true), tostring(got))
ok, got = pcall(function() return e + 1 end) -- lint: ignore E0019
assert(not ok)
assert(not pcall(function() e.message = 1 end)) -- lint: ignore E0008
-- what joins with everything joins with an error, too
local joins = setmetatable({}, {__concat = function(a, b) return (a == e or b == e) and "joined" or "other" end})
assert(e .. joins == "joined" and joins .. e == "joined" and "a" .. e .. joins == "ajoined")
