-- A trie of words with completion.
local Trie = {}
Trie.__index = Trie

local function make_node()
    return { children = {}, word = false, count = 0 }
end

function Trie.new(words)
    local self = setmetatable({ root = make_node(), size = 0 }, Trie)
    for _, word in ipairs(words or {}) do
        self:insert(word)
    end
    return self
end

function Trie:insert(word)
    local node = self.root
    for i = 1, #word do
        local c = word:sub(i, i)
        local child = node.children[c]
        if not child then
            child = make_node()
            node.children[c] = child
        end
        child.count = child.count + 1
        node = child
    end
    if not node.word then
        node.word = true
        self.size = self.size + 1
    end
end

function Trie:walk(prefix)
    local node = self.root
    for i = 1, #prefix do
        local child = node.children[prefix:sub(i, i)]
        if not child then
            return nil
        end
        node = child
    end
    return node
end

function Trie:contains(word)
    local node = self:walk(word)
    return node ~= nil and node.word
end

local function collect(node, prefix, out)
    if node.word then
        out[#out + 1] = prefix
    end
    for c, child in pairs(node.children) do
        collect(child, prefix .. c, out)
    end
end

function Trie:complete(prefix)
    local node = self:walk(prefix)
    if not node then
        return {}
    end
    local out = {}
    collect(node, prefix, out)
    table.sort(out)
    return out
end

--@ run: local t = Trie.new({ "car", "card", "care", "cat", "dog", "car" })
--@ run: assert(t.size == 5 and t:contains("car") and not t:contains("ca"))
--@ run: assert(table.concat(t:complete("car"), " ") == "car card care")
--@ run: assert(#t:complete("x") == 0)
--@ twin E0004: "local self = setmetatable({ root = make_node(), size = 0 }, Trie)" => "local self = setmetatable({ root = make_node(), size = string.length }, Trie)"
--@ twin E0023: "return node ~= nil and node.word" => "return node.word"
--@ twin E0004: "self.size = self.size + 1" => "self.size = self.sice + 1"
--@ twin E0002: "self.size = self.size + 1" => "self.size = self.size() + 1"
