-- The empty table fits arrays, maps and records of optional fields; it takes the form that its uses give it.
local a: {number} = {}
local b: {[string]: number} = {}
local c: { x?: number } = {}
local d: { x: number } = {} --! E0000
local e: {} = {}
local list = {}
list[#list + 1] = "a"
table.insert(list, "b")
print(table.concat(list, ","))
for _, v in ipairs(list) do print(v:upper()) end
local map = {}
map["key"] = 1
for k, v in pairs(map) do print(k, v + 1) end
local record = {}
record.name = "a"
function record.run() return record.name end
function record:method() return self.name end
print(record.run(), record:method(), record.name:upper())
print(record.nam) --! E0004
record:stop() --! E0022
local cache = {}
local function get(key)
    local v = cache[key]
    if v == nil then
        v = { key = key, hits = 0 }
        cache[key] = v
    end
    v.hits = v.hits + 1
    return v
end
print(get("a").hits + 1)
print(a, b, c, d, e)
