-- Filters log lines with goto continue, early returns and counters per level.
local LEVELS = { debug = 1, info = 2, warn = 3, error = 4 }

local function parse(line)
    local stamp, level, text = string.match(line, "^(%S+) %[(%a+)%] (.*)$")
    if not stamp or not level or not text then
        return nil
    end
    local rank = LEVELS[level:lower()]
    if not rank then
        return nil
    end
    return { stamp = stamp, level = level:lower(), rank = rank, text = text }
end

local function lines_of(text)
    local out = {}
    for line in text:gmatch("[^\r\n]+") do
        out[#out + 1] = line
    end
    return out
end

local function scan(text, opts)
    opts = opts or {}
    local minimum = LEVELS[opts.level or "info"] or LEVELS.info
    local counts, kept, bad = {}, {}, 0
    for _, line in ipairs(lines_of(text)) do
        local entry = parse(line)
        if not entry then
            bad = bad + 1
            goto continue
        end
        counts[entry.level] = (counts[entry.level] or 0) + 1
        if entry.rank < minimum then
            goto continue
        end
        if opts.contains and not entry.text:find(opts.contains, 1, true) then
            goto continue
        end
        kept[#kept + 1] = entry
        ::continue::
    end
    return kept, counts, bad
end

local function first_error(text)
    for _, line in ipairs(lines_of(text)) do
        local entry = parse(line)
        if entry and entry.level == "error" then
            return entry.text
        end
    end
    return nil
end

local function worst(counts)
    local best, best_rank = nil, 0
    for level in pairs(counts) do
        local rank = LEVELS[level] or 0
        if rank > best_rank then
            best, best_rank = level, rank
        end
    end
    return best
end

local SAMPLE = [[
10:00 [INFO] started
10:01 [DEBUG] details
no log line
10:02 [WARN] disk is filling
10:03 [ERROR] disk is full
]]

--@ run: local kept, counts, bad = scan(SAMPLE, { contains = "disk" })
--@ run: assert(#kept == 2 and counts.debug == 1 and bad == 1)
--@ run: assert(first_error(SAMPLE) == "disk is full" and first_error("") == nil)
--@ run: assert(worst(counts) == "error" and worst({}) == nil)
--@ run: assert(#(scan(SAMPLE, { level = "debug" })) == 4)
--@ twin E0023: "return entry.text" => "return parse(line).text"
--@ twin E0004: "if entry.rank < minimum then" => "if entry.rnk < minimum then"
--@ twin E0001: "kept[#kept + 1] = entry" => "kept[#kept + 1] = entri"
--@ twin E0019: "bad = bad + 1" => "bad = bad + kept"
