-- A module that is one function: makes slugs of titles, with options.
local REPLACED = {
    ["ä"] = "ae", ["ö"] = "oe", ["ü"] = "ue", ["ß"] = "ss",
    ["é"] = "e", ["è"] = "e", ["à"] = "a", ["ç"] = "c",
}

local STOP_WORDS = {}
for word in ("a an the of and or"):gmatch("%a+") do
    STOP_WORDS[word] = true
end

local function transliterate(text)
    return (text:gsub("[\195][\128-\191]", function(c)
        return REPLACED[c] or ""
    end))
end

local function shorten(words, sep, max)
    local out, length = {}, 0
    for _, word in ipairs(words) do
        local added = #word + (length > 0 and #sep or 0)
        if length + added > max then
            break
        end
        out[#out + 1] = word
        length = length + added
    end
    return out
end

local taken = {}

local function unique(slug, sep)
    local seen = taken[slug] or 0
    taken[slug] = seen + 1
    if seen == 0 then
        return slug
    end
    return slug .. sep .. (seen + 1)
end

local function slugify(title, opts)
    opts = opts or {}
    local sep = opts.separator or "-"
    local max = opts.max or 60
    local words = {}
    for word in transliterate(title:lower()):gmatch("[%w]+") do
        if not (opts.skip_stop_words and STOP_WORDS[word]) then
            words[#words + 1] = word
        end
    end
    local slug = table.concat(shorten(words, sep, max), sep)
    if slug == "" then
        slug = opts.fallback or "untitled"
    end
    if opts.unique then
        slug = unique(slug, sep)
    end
    return slug, #words
end

return slugify

--@ run: assert(slugify("The Art of Lua!") == "the-art-of-lua")
--@ run: assert(slugify("The Art of Lua", { skip_stop_words = true, separator = "_" }) == "art_lua")
--@ run: assert(slugify("???") == "untitled" and slugify("café größe") == "cafe-groesse")
--@ run: assert(slugify("one two three", { max = 8 }) == "one-two")
--@ run: assert(slugify("x", { unique = true }) == "x" and slugify("x", { unique = true }) == "x-2")
--@ twin E0001: "slug = unique(slug, sep)" => "slug = uniqe(slug, sep)"
--@ twin E0019: "length = length + added" => "length = length + out"
--@ twin E0000: "for word in ("a an the of and or"):gmatch("%a+") do" => "for word in ("a an the of and or"):gmatch({}) do"
--@ twin E0019: "taken[slug] = seen + 1" => "taken[slug] = seen + taken"
