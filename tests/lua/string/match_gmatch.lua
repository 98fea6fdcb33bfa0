-- string.match and string.gmatch.
assert(("2024-05-06"):match("^(%d+)-(%d+)-(%d+)$") == "2024")
assert(select(3, ("2024-05-06"):match("^(%d+)-(%d+)-(%d+)$")) == "06")
assert(("hello"):match(".-(l+)(.*)") == "ll")
assert(("abc"):match("b") == "b" and ("abc"):match("()b") == 2 and ("abc"):match("x") == nil)
assert(("abcabc"):match("b", 3) == "b" and ("abc"):match("^b", 2) == "b")
assert(("abc"):match("c", -1) == "c" and ("abc"):match("a", -1) == nil)

local function all(s, p)
  local t = {}
  for a, b in s:gmatch(p) do t[#t + 1] = tostring(a) .. (b and "=" .. tostring(b) or "") end
  return table.concat(t, ",")
end
assert(all("one two three", "%a+") == "one,two,three")
assert(all("a=1, b=2", "(%w+)=(%w+)") == "a=1,b=2")
assert(all("abc", "") == ",,,")
assert(all("abc", "()") == "1,2,3,4")
assert(all("aXbX", "%u*") == ",X,,X" or all("aXbX", "%u*") == ",X,X")
assert(all("", "x*") == "")
assert(all("xyz", "w") == "")
assert(all("^a^a", "^a") == "^a,^a")

-- an iterator stays exhausted and several run beside each other
local it = ("ab"):gmatch(".")
assert(it() == "a" and it() == "b" and it() == nil and it() == nil)
local x, y = ("12"):gmatch("."), ("34"):gmatch(".")
assert(x() == "1" and y() == "3" and x() == "2" and y() == "4")

-- the iterator survives a coroutine switch
local co = coroutine.wrap(function() for w in ("a b c"):gmatch("%a") do coroutine.yield(w) end end)
assert(co() == "a" and co() == "b" and co() == "c")
