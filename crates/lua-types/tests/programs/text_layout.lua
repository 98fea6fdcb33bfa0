-- Wraps, justifies and centres text, and lays out columns.
local layout = {}

local function words_of(text)
    local words = {}
    for word in string.gmatch(text, "%S+") do
        words[#words + 1] = word
    end
    return words
end

function layout.wrap(text, width)
    local lines, line = {}, ""
    for _, word in ipairs(words_of(text)) do
        if line == "" then
            line = word
        elseif #line + 1 + #word <= width then
            line = line .. " " .. word
        else
            lines[#lines + 1] = line
            line = word
        end
    end
    if line ~= "" then
        lines[#lines + 1] = line
    end
    return lines
end

function layout.justify(line, width)
    local words = words_of(line)
    if #words < 2 then
        return line
    end
    local letters = 0
    for _, word in ipairs(words) do
        letters = letters + #word
    end
    local gaps = #words - 1
    local spaces = width - letters
    local out = ""
    for i, word in ipairs(words) do
        out = out .. word
        if i <= gaps then
            local size = spaces // gaps
            if i <= spaces % gaps then
                size = size + 1
            end
            out = out .. string.rep(" ", size)
        end
    end
    return out
end

function layout.center(text, width)
    local missing = math.max(0, width - #text)
    local left = missing // 2
    return string.rep(" ", left) .. text .. string.rep(" ", missing - left)
end

function layout.columns(left, right, width)
    local a, b = layout.wrap(left, width), layout.wrap(right, width)
    local lines = {}
    for i = 1, math.max(#a, #b) do
        local l, r = a[i] or "", b[i] or ""
        lines[i] = l .. string.rep(" ", width - #l) .. " | " .. r
    end
    return table.concat(lines, "\n")
end

local function box(text, width)
    local border = "+" .. ("-"):rep(width) .. "+"
    local lines = { border }
    for _, line in ipairs(layout.wrap(text, width)) do
        lines[#lines + 1] = "|" .. layout.center(line, width) .. "|"
    end
    lines[#lines + 1] = border
    return table.concat(lines, "\n")
end

--@ run: assert(table.concat(layout.wrap("the quick brown fox jumps", 10), "/") == "the quick/brown fox/jumps")
--@ run: assert(layout.justify("a b c", 9) == "a   b   c" and layout.justify("ab cd ef", 9) == "ab  cd ef" and layout.justify("one", 9) == "one")
--@ run: assert(layout.columns("a b", "c d e", 3) == "a b | c d\n    | e")
--@ run: assert(box("hi you", 4) == "+----+\n| hi |\n|you |\n+----+" and #layout.wrap("", 5) == 0)
--@ twin E0004: "for _, line in ipairs(layout.wrap(text, width)) do" => "for _, line in ipairs(layout.fold(text, width)) do"
--@ twin E0001: "local words = words_of(line)" => "local words = wordsof(line)"
--@ twin E0019: "size = size + 1" => "size = size + words"
--@ twin E0002: "local left = missing // 2" => "local left = missing(2)"
