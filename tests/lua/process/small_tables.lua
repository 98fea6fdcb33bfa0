-- process: small tables come as they went, whatever their keys, holes and sizes.
local me = process.pid()
local inbox = process.inbox()
local function there(t)
    process.send(me, "t", t)
    return inbox:receive():payload():data()
end

local function same(a, b)
    assert(a ~= b and #a == #b)
    local ka, kb = {}, {}
    for k, v in pairs(a) do ka[#ka + 1] = k; assert(rawequal(b[k], v) or b[k] == v, tostring(k)) end
    for k, v in pairs(b) do kb[#kb + 1] = k; assert(a[k] == v, tostring(k)) end
    for i = 1, math.max(#ka, #kb) do assert(ka[i] == kb[i], "order") end
end

for n = 0, 40 do
    local list, map, both = {}, {}, {}
    for i = 1, n do
        list[i] = i * 1.5
        map["key " .. i] = "value " .. i
        both[i], both["k" .. i] = "v" .. i, i % 2 == 0
    end
    same(list, there(list))
    same(map, there(map))
    same(both, there(both))
end

-- holes, keys that follow the array, removed entries, other kinds of keys
local holes = {1, nil, 3, nil, 5}
local t = there(holes)
assert(t[1] == 1 and t[2] == nil and t[3] == 3 and t[5] == 5)
local grown = {[3] = "c", [2] = "b"}
grown[1] = "a"
same(grown, there(grown))
local removed = {a = 1, b = 2, c = 3}
removed.b = nil
same(removed, there(removed))
same({[1.5] = 1, [true] = 2, [-1] = 3, [math.maxinteger] = 4, [""] = 5}, there({[1.5] = 1, [true] = 2, [-1] = 3, [math.maxinteger] = 4, [""] = 5}))

-- what came can be written and grown like any other, and the sender's stays as it was
local own = {n = 1, list = "x"}
t = there(own)
for i = 1, 100 do t["new " .. i], t[i] = i, i end
assert(#t == 100 and t["new 100"] == 100 and t.n == 1 and own[1] == nil and own["new 1"] == nil)
t.n, t.list = nil, nil
assert(next(own) ~= nil and own.n == 1)

-- metatables stay behind; long strings do not
t = there(setmetatable({a = 1}, {__index = {b = 2}}))
assert(t.a == 1 and t.b == nil and getmetatable(t) == nil)
for _, size in ipairs({0, 1, 23, 24, 40, 41, 4000, 4056, 4100, 70000}) do
    local text = ("y"):rep(size)
    t = there({text = text, [text] = size})
    assert(t.text == text and t[text] == size, size)
end

-- one table for many receivers
local events = {}
local value = {shared = "s", 1, 2}
for i = 1, 3 do process.send(me, "many", value) end
for i = 1, 3 do events[i] = inbox:receive():payload():data() end
assert(events[1] ~= events[2] and events[2] ~= events[3])
events[1].shared = "other"
same(events[2], value)
same(events[3], value)
