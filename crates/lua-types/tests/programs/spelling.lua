-- Suggests words for misspelt ones by edit distance.
local Speller = {}
Speller.__index = Speller

local function distance(a, b)
    if #a == 0 then
        return #b
    elseif #b == 0 then
        return #a
    end
    local previous = {}
    for j = 0, #b do
        previous[j] = j
    end
    for i = 1, #a do
        local current = { [0] = i }
        for j = 1, #b do
            local cost = a:byte(i) == b:byte(j) and 0 or 1
            local best = math.min((previous[j] or 0) + 1, (current[j - 1] or 0) + 1, (previous[j - 1] or 0) + cost)
            current[j] = best
        end
        previous = current
    end
    return previous[#b] or 0
end

function Speller.new(words)
    local self = setmetatable({ words = {}, known = {}, checked = 0 }, Speller)
    for _, word in ipairs(words) do
        self:learn(word)
    end
    return self
end

function Speller:learn(word)
    local text = word:lower()
    if not self.known[text] then
        self.known[text] = true
        self.words[#self.words + 1] = text
    end
end

function Speller:suggest(word, limit)
    local found = {}
    for _, known in ipairs(self.words) do
        local d = distance(word:lower(), known)
        if d <= (limit or 2) then
            found[#found + 1] = { word = known, distance = d }
        end
    end
    table.sort(found, function(a, b)
        if a.distance ~= b.distance then
            return a.distance < b.distance
        end
        return a.word < b.word
    end)
    local out = {}
    for i, item in ipairs(found) do
        out[i] = item.word
    end
    return out
end

function Speller:check(text)
    local problems = {}
    for word in text:gmatch("%a+") do
        self.checked = self.checked + 1
        if not self.known[word:lower()] then
            local best = self:suggest(word)[1]
            problems[#problems + 1] = best and (word .. " -> " .. best) or word .. " ?"
        end
    end
    return problems
end

local function did_you_mean(name, names)
    local best = Speller.new(names):suggest(name, 3)[1]
    if not best then
        return "unknown name " .. name
    end
    return "unknown name " .. name .. ", did you mean " .. best .. "?"
end

--@ run: assert(distance("kitten", "sitting") == 3 and distance("", "abc") == 3 and distance("a", "a") == 0)
--@ run: local s = Speller.new({ "hello", "help", "world", "hello" })
--@ run: assert(table.concat(s:suggest("helo"), ",") == "hello,help" and s.checked == 0)
--@ run: assert(table.concat(s:check("Hello wrld xxxxxxx"), ";") == "wrld -> world;xxxxxxx ?" and s.checked == 3)
--@ run: assert(did_you_mean("metod", { "method", "module" }) == "unknown name metod, did you mean method?")
--@ twin E0022: "self:learn(word)" => "self:lern(word)"
--@ twin E0004: "return a.distance < b.distance" => "return math.distance(a, b) < 0"
--@ twin E0022: "local best = Speller.new(names):suggest(name, 3)[1]" => "local best = Speller.new(names):sugest(name, 3)[1]"
--@ twin E0019: "self.checked = self.checked + 1" => "self.checked = self.checked + self.words"
