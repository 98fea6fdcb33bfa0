-- Read-only collections: readers take both kinds, writers only what may be written.
type Ids = readonly {integer}
local fixed: Ids = { 1, 2, 3 }
local open: {integer} = { 1 }
local function sum(list: readonly {integer}): integer
    local total = 0
    for i = 1, #list do total = total + list[i] end
    for _, v in ipairs(list) do total = total + v end
    return total
end
local function push(list: {integer}) list[#list + 1] = 1 end
sum(fixed)
sum(open)
push(open)
push(fixed) --! E0000
fixed[1] = 5 --! E0008
local a: Ids = open
local b: {integer} = fixed --! E0000
type Point = readonly { x: number }
local p: Point = { x = 1 }
local covariant: readonly { x: number | string } = p
local q: { x: number } = p --! E0000
p.x = 2 --! E0008
print(p.x + 1)
type Account = { readonly id: string, balance: number }
local acc: Account = { id = "a", balance = 0 }
acc.balance = acc.balance + 1
acc.id = "b" --! E0008
local m: readonly {[string]: number} = { a = 1 }
m.a = 2 --! E0008
m["b"] = nil --! E0008
print(m.a, a, b, covariant, q)
