-- A pattern that backtracks for a long time still ends, and a linear one over a large subject is quick.
local s = ("a"):rep(26)
assert(s:find("a*a*a*a*b") == nil)
assert(not (("x"):rep(300)):match(".-.-y"))
local big = ("a"):rep(1000000)
assert(#big:match("a*") == 1000000) -- lint: ignore E0019
assert(big:find("b", 1, true) == nil)
assert(#big:match("^(.*)$") == 1000000) -- lint: ignore E0019
assert(#(big:gsub("a", "bb")) == 2000000)
assert((big .. "("):find("%b()") == nil)
