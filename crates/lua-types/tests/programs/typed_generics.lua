-- Generic functions over arrays and maps.
-- annotated
type Pair<A, B> = { first: A, second: B }

local function map<T, U>(list: {T}, fn: (T) -> U): {U}
    local out: {U} = {}
    for i, v in ipairs(list) do
        out[i] = fn(v)
    end
    return out
end

local function filter<T>(list: {T}, keep: (T) -> boolean): {T}
    local out: {T} = {}
    for _, v in ipairs(list) do
        if keep(v) then
            out[#out + 1] = v
        end
    end
    return out
end

local function fold<T, A>(list: {T}, initial: A, fn: (A, T) -> A): A
    local acc = initial
    for _, v in ipairs(list) do
        acc = fn(acc, v)
    end
    return acc
end

local function pair<A, B>(first: A, second: B): Pair<A, B>
    return { first = first, second = second }
end

local function first_or<T>(list: {T}, default: T): T
    local v = list[1]
    if v == nil then
        return default
    end
    return v
end

local function longest<T: { name: string }>(items: {T}): T?
    local best: T? = nil
    local length = -1
    for _, item in ipairs(items) do
        if #item.name > length then
            best = item
            length = #item.name
        end
    end
    return best
end

local function lengths(words: {string}): {integer}
    return map(words, function(w: string): integer
        return #w
    end)
end

local function total(words: {string}): integer
    return fold(lengths(words), 0, function(a: integer, b: integer): integer
        return a + b
    end)
end

local function swap(p: Pair<string, number>): Pair<number, string>
    return pair(p.second, p.first)
end

local function longest_name(): string
    local found = longest({ { name = "ann" }, { name = "edward" } })
    if not found then
        return "nobody"
    end
    return found.name
end

--@ run: assert(total({ "a", "bcd" }) == 4 and swap(pair("x", 2)).first == 2 and longest_name() == "edward")
--@ run: assert(first_or({}, 5) == 5 and first_or({ 1 }, 5) == 1 and #filter({ 1, 2, 3 }, function(n) return n > 1 end) == 2)
--@ twin E0000: "return pair(p.second, p.first)" => "return p"
--@ twin E0004: "return found.name" => "return found.nick"
--@ twin E0000: "return fold(lengths(words), 0, function(a: integer, b: integer): integer" => "return fold("words", 0, function(a: integer, b: integer): integer"
--@ twin E0003: "return fold(lengths(words), 0, function(a: integer, b: integer): integer" => "return fold(lengths(), 0, function(a: integer, b: integer): integer"
