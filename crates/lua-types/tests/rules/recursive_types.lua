-- Types that refer to themselves.
type Node = { value: number, next: Node? }
type Tree = { value: string, children: {Tree} }
type Json = nil | boolean | number | string | {Json} | {[string]: Json}

local function sum(node: Node?): number
    if node == nil then return 0 end
    return node.value + sum(node.next)
end
sum({ value = 1, next = { value = 2, next = { value = 3 } } })
sum({ value = 1, next = { value = "2" } }) --! E0000

local function count(tree: Tree): integer
    local n = 1
    for _, child in ipairs(tree.children) do
        n = n + count(child)
    end
    return n
end
count({ value = "a", children = { { value = "b", children = {} } } })
count({ value = "a", children = { { value = "b" } } }) --! E0000
count({ value = "a", children = { 1 } }) --! E0000

local config: Json = { name = "x", list = { 1, true, { deep = "y" } } }
local bad: Json = { f = print } --! E0000
type Other = { value: number, next: Other? }
local a: Node = { value = 1 }
local b: Other = a
print(config, bad, b)
