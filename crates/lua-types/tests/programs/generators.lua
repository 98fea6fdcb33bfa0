-- Coroutines as generators: permutations, a tree walk, merging of sorted streams.
local gen = {}

local function permute(list, n)
    if n <= 1 then
        coroutine.yield(table.concat(list))
        return
    end
    for i = 1, n do
        list[n], list[i] = list[i], list[n]
        permute(list, n - 1)
        list[n], list[i] = list[i], list[n]
    end
end

function gen.permutations(text)
    local list = {}
    for c in text:gmatch(".") do
        list[#list + 1] = c
    end
    return coroutine.wrap(function()
        permute(list, #list)
    end)
end

local function insert(tree, value)
    if tree == nil then
        return { value = value }
    end
    if value < tree.value then
        tree.left = insert(tree.left, value)
    else
        tree.right = insert(tree.right, value)
    end
    return tree
end

local function walk(tree)
    if tree then
        walk(tree.left)
        coroutine.yield(tree.value)
        walk(tree.right)
    end
end

function gen.sorted(values)
    local tree = nil
    for _, v in ipairs(values) do
        tree = insert(tree, v)
    end
    return coroutine.wrap(function()
        walk(tree)
    end)
end

function gen.merge(a, b)
    return coroutine.wrap(function()
        local x, y = a(), b()
        while x ~= nil or y ~= nil do
            if y == nil or (x ~= nil and x <= y) then
                coroutine.yield(x)
                x = a()
            else
                coroutine.yield(y)
                y = b()
            end
        end
    end)
end

function gen.accumulator()
    local co = coroutine.create(function(first)
        local total = first
        while true do
            local value = coroutine.yield(total)
            if value == nil then
                return total
            end
            total = total + value
        end
    end)
    local function send(value)
        local ok, result = coroutine.resume(co, value)
        if not ok then
            error(result)
        end
        return result, coroutine.status(co)
    end
    return send
end

function gen.list(source)
    local out = {}
    for v in source do
        out[#out + 1] = v
    end
    return out
end

--@ run: assert(#gen.list(gen.permutations("abcd")) == 24)
--@ run: local merged = gen.merge(gen.sorted({ 5, 1, 3 }), gen.sorted({ 4, 2 }))
--@ run: assert(table.concat(gen.list(merged), " ") == "1 2 3 4 5")
--@ run: local send = gen.accumulator()
--@ run: assert(send(1) == 1 and send(2) == 3)
--@ run: local total, status = send(nil)
--@ run: assert(total == 3 and status == "dead")
--@ twin E0004: "local co = coroutine.create(function(first)" => "local co = coroutine.make(function(first)"
--@ twin E0001: "permute(list, #list)" => "permutate(list, #list)"
--@ twin E0000: "return result, coroutine.status(co)" => "return result, coroutine.status("co")"
