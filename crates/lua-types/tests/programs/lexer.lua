-- A lexer of a small expression language; tokens are records with a kind.
local Lexer = {}
Lexer.__index = Lexer

local KEYWORDS = { ["let"] = true, ["in"] = true, ["fn"] = true }

local SYMBOLS = { "==", "<=", "->", "(", ")", "+", "-", "*", "/", "<", "=" }

function Lexer.new(source)
    local self = setmetatable({}, Lexer)
    self.source = source
    self.pos = 1
    self.line = 1
    return self
end

function Lexer:skip_space()
    local _, stop = string.find(self.source, "^%s*", self.pos)
    if stop then
        for _ in string.gmatch(string.sub(self.source, self.pos, stop), "\n") do
            self.line = self.line + 1
        end
        self.pos = stop + 1
    end
end

function Lexer:token(kind, text)
    local token = { kind = kind, text = text, line = self.line }
    self.pos = self.pos + #text
    return token
end

function Lexer:next()
    self:skip_space()
    if self.pos > #self.source then
        return { kind = "eof", text = "", line = self.line }
    end
    local word = string.match(self.source, "^[%a_][%w_]*", self.pos)
    if word then
        return self:token(KEYWORDS[word] and "keyword" or "name", word)
    end
    local number = string.match(self.source, "^%d+%.?%d*", self.pos)
    if number then
        return self:token("number", number)
    end
    for _, symbol in ipairs(SYMBOLS) do
        if string.sub(self.source, self.pos, self.pos + #symbol - 1) == symbol then
            return self:token("symbol", symbol)
        end
    end
    return nil, "line " .. self.line .. ": unexpected " .. string.sub(self.source, self.pos, self.pos)
end

local function tokens(source)
    local lexer = Lexer.new(source)
    local list = {}
    while true do
        local token, err = lexer:next()
        if not token then
            return nil, err
        end
        if token.kind == "eof" then
            break
        end
        list[#list + 1] = token
    end
    return list
end

local function dump(source)
    local list, err = tokens(source)
    if not list then
        return "error: " .. tostring(err)
    end
    local out = {}
    for i = 1, #list do
        local token = list[i]
        out[i] = token.kind .. ":" .. token.text
    end
    return table.concat(out, " ")
end

--@ run: assert(dump("let x = 1.5 in\nx<=y") == "keyword:let name:x symbol:= number:1.5 keyword:in name:x symbol:<= name:y")
--@ run: assert(dump("a\n ?") == "error: line 2: unexpected ?")
--@ twin E0022: "local token, err = lexer:next()" => "local token, err = lexer:advance()"
--@ twin E0004: "out[i] = token.kind .. ":" .. token.text" => "out[i] = token.kind .. ":" .. token.value"
--@ twin E0003: "local number = string.match(self.source, "^%d+%.?%d*", self.pos)" => "local number = string.match(self.source)"
--@ twin E0001: "local lexer = Lexer.new(source)" => "local lexer = Lexr.new(source)"
