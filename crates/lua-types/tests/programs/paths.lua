-- File paths: joining, normalising, extensions, matching of simple wildcards.
local path = { separator = "/" }

function path.split(p)
    local parts = {}
    for part in string.gmatch(p, "[^/]+") do
        parts[#parts + 1] = part
    end
    return parts, string.sub(p, 1, 1) == "/"
end

function path.normalize(p)
    local parts, absolute = path.split(p)
    local out = {}
    for _, part in ipairs(parts) do
        if part == ".." then
            if #out > 0 and out[#out] ~= ".." then
                table.remove(out)
            elseif not absolute then
                table.insert(out, part)
            end
        elseif part ~= "." then
            table.insert(out, part)
        end
    end
    local text = table.concat(out, path.separator)
    if absolute then
        return "/" .. text
    end
    return text ~= "" and text or "."
end

function path.join(...)
    local out = ""
    for _, part in ipairs({ ... }) do
        if part:sub(1, 1) == "/" then
            out = part
        elseif out == "" or out:sub(-1) == "/" then
            out = out .. part
        else
            out = out .. path.separator .. part
        end
    end
    return path.normalize(out)
end

function path.extension(p)
    local name = path.basename(p)
    local ext = name:match("^.+%.([^.]+)$")
    return ext
end

function path.basename(p)
    local name = string.match(p, "([^/]+)/*$")
    return name or "/"
end

function path.dirname(p)
    local dir = string.match(p, "^(.*)/[^/]+/*$")
    if not dir then
        return "."
    end
    if dir == "" then
        return "/"
    end
    return dir
end

function path.matches(p, wildcard)
    local pattern = wildcard:gsub("[%^%$%(%)%%%.%[%]%+%-]", "%%%0")
    pattern = pattern:gsub("%*", "[^/]*"):gsub("%?", "[^/]")
    return p:match("^" .. pattern .. "$") ~= nil
end

local function swap_extension(p, ext)
    local old = path.extension(p)
    if not old then
        return p .. "." .. ext
    end
    return string.sub(p, 1, -#old - 1) .. ext
end

--@ run: assert(path.normalize("/a/./b/../../c//d") == "/c/d" and path.normalize("../x/..") == "..")
--@ run: assert(path.join("a", "b/", "../c") == "a/c" and path.join("a", "/b") == "/b" and path.normalize("a/..") == ".")
--@ run: assert(path.extension("x/y.tar.gz") == "gz" and path.extension(".rc") == nil)
--@ run: assert(path.basename("/") == "/" and path.dirname("/a") == "/" and path.dirname("a/b/") == "a" and path.dirname("a") == ".")
--@ run: assert(path.matches("src/main.lua", "src/*.lua") and not path.matches("src/a/b.lua", "src/*.lua"))
--@ run: assert(swap_extension("a.txt", "md") == "a.md" and swap_extension("a", "md") == "a.md")
--@ twin E0019: "return p .. "." .. ext" => "return p .. old .. "." .. ext"
--@ twin E0004: "local name = path.basename(p)" => "local name = path.base(p)"
--@ twin E0019: "return "/" .. text" => "return "/" .. out"
--@ twin E0023: "local name = string.match(p, "([^/]+)/*$")" => "local name = string.match(p, "([^/]+)/*$"):lower()"
