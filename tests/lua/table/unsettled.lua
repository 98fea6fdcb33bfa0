-- Long runs of nil in arrays, arrays filled backwards, walks over what was removed: in pieces inside, whole outside.
local N = 3000
local function border(t) local n = #t return (n == 0 or t[n] ~= nil) and t[n + 1] == nil end
local function count(t) local n = 0 for _ in pairs(t) do n = n + 1 end return n end

-- cleared from the front: only the last store leaves nothing
local t = {}
for i = 1, N do t[i] = i end
for i = 1, N do t[i] = nil assert(border(t)) end
assert(#t == 0 and next(t) == nil and count(t) == 0)
for i = 1, N do t[#t + 1] = i end
assert(#t == N and t[1] == 1 and t[N] == N and count(t) == N)

-- cleared but for some in the middle
for i = 1, N do if i ~= 700 and i ~= 701 then t[i] = nil end end
assert(border(t) and count(t) == 2 and t[700] == 700)
t[701] = nil
assert(border(t) and count(t) == 1)
t[700] = nil
assert(#t == 0 and next(t) == nil)
t[1] = "a" t[2] = "b"
assert(#t == 2)
table.insert(t, "c") table.insert(t, 1, "z")
assert(#t == 4 and table.concat(t) == "zabc" and table.remove(t) == "c" and table.remove(t, 1) == "z" and #t == 2)

-- filled backwards: the first key makes an array of all
t = {}
for i = N, 2, -1 do t[i] = i end
assert(#t == 0 or #t == N)
t[1] = 1
assert(#t == N and count(t) == N)
local sum = 0
for i = 1, #t do sum = sum + t[i] end
for i, v in ipairs(t) do assert(i == v) sum = sum + v end
for k, v in pairs(t) do assert(k == v) sum = sum + v end
assert(sum == 3 * N * (N + 1) / 2)
for i = 1, 200 do t[#t + 1] = N + i assert(#t == N + i) end
assert(t[N] == N and t[N + 200] == N + 200 and count(t) == N + 200 and table.unpack(t, N, N) == N)

-- writing keys that are there while the table is walked loses none
t = {}
for i = N, 1, -1 do t[i] = i end
local seen = 0
for k, v in pairs(t) do seen = seen + 1 t[k] = v + 1 end
assert(seen == N and t[1] == 2 and t[40] == 41 and t[N] == N + 1)
seen = 0
for k in pairs(t) do seen = seen + 1 t[k] = nil end
assert(seen == N and next(t) == nil and #t == 0)

-- the key behind the array: read, changed, removed, set again, while others wait behind it
t = {}
for i = 400, 1, -1 do t[i] = i end
for i = 1, 400 do assert(t[i] == i) t[i] = -i assert(t[i] == -i and border(t)) end
for i = 400, 1, -1 do t[i] = nil assert(t[i] == nil and #t == i - 1) end
for i = 400, 1, -1 do t[i] = i end
t[60] = nil
assert(border(t) and t[61] == 61)
t[60] = 0
assert(#t == 400)
for i = 1, 400 do t[i] = nil end
assert(next(t) == nil and #t == 0)

-- with text keys beside, and with a metatable
t = setmetatable({ n = 1, m = 2 }, { __index = function(_, k) return "no " .. tostring(k) end })
for i = 500, 1, -1 do t[i] = i end
assert(rawlen == nil or rawlen(t) == 500)
assert(#t == 500 and t.n == 1 and t[501] == "no 501" and t[500] == 500)
t[501] = 501 t.o = 3
assert(#t == 501 and t.o == 3 and t.p == "no p")
for i = 1, 501 do t[i] = nil end
assert(#t == 0 and t.m == 2 and t[1] == "no 1")

-- next over long runs of removed keys, from each that is left
t = {}
for i = 1, N do t[-i] = i end
for i = 1, N do if i % 1000 ~= 0 then t[-i] = nil end end
local keys = {}
local k = next(t)
while k do keys[#keys + 1] = k k = next(t, k) end
assert(#keys == 3 and keys[1] + keys[2] + keys[3] == -6000)
for k in pairs(t) do t[k] = nil end
assert(next(t) == nil)
for k in next, t do error(k) end

-- keys of one kind of pattern are told apart: powers, multiples, halves
t = {}
for i = 0, 62 do t[1 << i] = i end
for i = 1, 500 do t[i * 0.5 + 0.25] = i t[i << 40] = -i end
for i = 0, 62 do assert(t[1 << i] == i or i >= 40) end
for i = 1, 500 do assert(t[i * 0.5 + 0.25] == i and t[i << 40] == -i) end

-- constructors and copies that end with nothing
local function nils(n) if n == 0 then return end return nil, nils(n - 1) end
t = { 1, nils(180) }
assert(border(t) and #t == 1)
t = { nils(100) }
assert(#t == 0 and next(t) == nil)
t[1] = 1
assert(#t == 1)
table.sort(t)
t = table.move({}, 1, 600, 1, { 1, 2, 3 })
assert(#t == 0 and next(t) == nil)
