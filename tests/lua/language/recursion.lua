-- Deep recursion, deep tail calls, deep pcall nesting, and recursion without end.
local function depth(n) if n == 0 then return 0 end return 1 + depth(n - 1) end
assert(depth(10000) == 10000 and depth(150000) == 150000)
local function loop(n) if n == 0 then return "done" end return loop(n - 1) end
assert(loop(1000000) == "done")
local a, b
function a(n) if n == 0 then return true end return b(n - 1) end
function b(n) if n == 0 then return false end return a(n - 1) end
assert(a(500001) == false)
local o = {}
function o:walk(n) if n == 0 then return self end return self:walk(n - 1) end
assert(o:walk(100000) == o)
local function nest(n) if n == 0 then return "bottom" end local ok, v = pcall(nest, n - 1) assert(ok) return v end
assert(nest(150) == "bottom")
local s = ("("):rep(100) .. "x" .. (")"):rep(100)
assert(#s == 201)
