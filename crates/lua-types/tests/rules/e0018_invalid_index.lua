-- E0018: keys that the table cannot have.
local list: {string} = { "a" }
print(list[1])
print(list["a"]) --! E0018
print(list[true]) --! E0018
list["b"] = "c" --! E0018

local map: {[string]: number} = {}
print(map["a"], map.a)
print(map[1]) --! E0018
map[{}] = 1 --! E0018

local ids: {[integer]: string} = {}
ids[1] = "a"
print(ids["1"]) --! E0018

local keyed: {["a" | "b"]: number} = {}
keyed.a = 1
keyed["b"] = 2
keyed["c"] = 3 --! E0018

local loose = {}
loose[1] = "a"
loose.x = "b"
loose[loose] = "c"

local function set(key: string?)
    map[key] = 1 --! E0018
    if key then
        map[key] = 1
    end
end
set("a")
-- Reading at nil gives nil; storing there fails.
print(map[nil] == nil, loose[nil] == nil, keyed[nil])
print(map[nil] + 1) --! E0019
loose[nil] = 1 --! E0018
map[nil] = 1 --! E0018
