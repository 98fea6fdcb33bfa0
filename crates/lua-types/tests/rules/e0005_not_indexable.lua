-- E0005: fields and elements of what has none.
local n, b = 5, true
print(n.x) --! E0005
print(n[1]) --! E0005
print(b.x) --! E0005
local function f() return 1 end
print(f.x) --! E0005
n.x = 1 --! E0005
local s = "text"
print(s.len, s:len())
local t = {}
print(t[1])
local any: any = n
print(any.x)
