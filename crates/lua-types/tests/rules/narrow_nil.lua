-- Narrowing by tests for nil and truth.
local function get(): string? return "x" end
local function need(s: string) return s end
local a = get()
need(a) --! E0000
if a then need(a) end
if a ~= nil then need(a) end
if nil ~= a then need(a) end
if a == nil then print("none") else need(a) end
if not a then print("none") else need(a) end
if not (a == nil) then need(a) end
if a then print("some") else need(a) end --! E0000
if a == nil then need(a) end --! E0000
while a do
    need(a)
    a = get()
end
local function flag(): boolean? return true end
local b = flag()
if b then
    local c: true = b
    print(c)
elseif b == false then
    local d: false = b
    print(d)
else
    local e: nil = b
    print(e)
end
local r: { name: string?, inner: { value: string? }? } = {}
if r.name then need(r.name) end
need(r.name) --! E0000
if r.inner and r.inner.value then need(r.inner.value) end
if r.inner then need(r.inner.value) end --! E0000
if r["name"] then need(r.name) end
local t: {string} = {}
if t[1] then need(t[1]) end
local f = get()
if f == "exact" then need(f) end
