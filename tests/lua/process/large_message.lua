-- process: a table of many text keys arrives whole.
local n = 150000
local t = {}
for i = 1, n do t["key" .. i] = i end
process.send(process.pid(), "x", t)
local got = process.inbox():receive():payload():data()
local count = 0
for k, v in pairs(got) do
    count = count + 1
    assert(k == "key" .. v)
end
assert(count == n and got.key1 == 1 and got["key" .. n] == n and got.key0 == nil)
