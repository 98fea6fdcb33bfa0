-- E0023: fields, elements and methods of what may be nil.
type Node = { value: number, next: Node? }
local function f(node: Node?)
    print(node.value) --! E0023
    if node then
        print(node.value)
        print(node.next.value) --! E0023
        if node.next then
            print(node.next.value)
        end
    end
end
f(nil)

local word = string.match("text", "%w+")
print(word:upper()) --! E0023
print(word and word:upper())
if word then print(#word, word:upper()) end

local lists: {[string]: {number}} = {}
print(lists.a[1]) --! E0023
lists.b[1] = 2 --! E0023
local a = lists.a or {}
print(a[1])

local function find(list, key)
    for _, item in ipairs(list) do
        if item == key then
            return { item = item }
        end
    end
    return nil
end
print(find({}, 1).item) --! E0023
local found = find({}, 1)
if found ~= nil then print(found.item) end
local nothing
nothing.x = 1 --! E0023
nothing() --! E0002
