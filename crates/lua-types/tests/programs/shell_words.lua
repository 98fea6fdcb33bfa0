-- Splits command lines into words with quotes and escapes, and parses options.
local shell = {}

function shell.split(line)
    local words, current, quote = {}, nil, nil
    local i = 1
    while i <= #line do
        local c = line:sub(i, i)
        if quote then
            if c == quote then
                quote = nil
            else
                current = (current or "") .. c
            end
        elseif c == "'" or c == '"' then
            quote = c
            current = current or ""
        elseif c == "\\" then
            i = i + 1
            current = (current or "") .. line:sub(i, i)
        elseif c:find("%s") then
            if current then
                words[#words + 1] = current
                current = nil
            end
        else
            current = (current or "") .. c
        end
        i = i + 1
    end
    if quote then
        return nil, "unclosed " .. quote
    end
    if current then
        words[#words + 1] = current
    end
    return words
end

function shell.options(words, spec)
    local options, rest = {}, {}
    local at = 1
    while at <= #words do
        local word = words[at]
        local name, value = word:match("^%-%-([%w-]+)=?(.*)$")
        if name then
            local known = spec[name]
            if known == nil then
                return nil, "unknown option --" .. name
            end
            if known == "flag" then
                options[name] = true
            elseif value ~= "" then
                options[name] = value
            else
                at = at + 1
                options[name] = words[at]
            end
        else
            rest[#rest + 1] = word
        end
        at = at + 1
    end
    return { options = options, rest = rest }
end

local SPEC = { verbose = "flag", output = "value", jobs = "value" }

local function parse(line)
    local words, err = shell.split(line)
    if not words then
        return nil, err
    end
    return shell.options(words, SPEC)
end

local function jobs(line)
    local parsed, err = parse(line)
    if not parsed then
        return nil, err
    end
    return tonumber(parsed.options.jobs) or 1, #parsed.rest
end

--@ run: local words = assert(shell.split("a 'b c' e\\ f ''"))
--@ run: assert(#words == 4 and words[2] == "b c" and words[3] == "e f" and words[4] == "")
--@ run: local p = assert(parse("build --verbose --output=out --jobs 4 'my file'"))
--@ run: assert(p.options.verbose == true and p.options.output == "out" and p.rest[2] == "my file")
--@ run: assert(select(2, parse("'x")) == "unclosed '" and select(2, parse("--x")) == "unknown option --x")
--@ run: local n, rest = jobs("--jobs=3 a b")
--@ run: assert(n == 3 and rest == 2 and jobs("a") == 1 and jobs("'") == nil)
--@ twin E0004: "local words, err = shell.split(line)" => "local words, err = shell.words(line)"
--@ twin E0023: "return tonumber(parsed.options.jobs) or 1, #parsed.rest" => "return 1, #parse(line).rest"
--@ twin E0004: "return { options = options, rest = rest }" => "return { options = options, rest = shell.rest }"
--@ twin E0001: "return shell.options(words, SPEC)" => "return shell.options(words, SPECS)"
