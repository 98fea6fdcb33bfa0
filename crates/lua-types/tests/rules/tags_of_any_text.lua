-- A tag that may be any text tells no variant apart, so what the others hold may be there.
local function lex(s: string)
    local tokens = {}
    for i = 1, #s do
        local c = s:sub(i, i)
        if c:match("%d") then
            tokens[#tokens + 1] = { t = "number", v = tonumber(c) }
        elseif c:match("%a") then
            tokens[#tokens + 1] = { t = "name", v = c }
        else
            tokens[#tokens + 1] = { t = c }
        end
    end
    return tokens
end
for _, token in ipairs(lex("a+1")) do
    if token.t == "number" then print(token.v) end
    if token.t == "name" then print(token.v, token.w) end --! E0004
    if token.t == "+" then print(token.v) end --! E0004
end

-- Where each has texts of its own they do.
local function outcome(n: number)
    if n > 0 then return { kind = "good", value = n } end
    return { kind = "bad", reason = "negative" }
end
local o = outcome(1)
print(o.reason) --! E0004
if o.kind == "bad" then print(o.reason, o.value) end --! E0004
