-- A timesheet: entries are parsed, grouped by person and shown; all functions but one are private.
local RATE = 50

local function trim(text)
    return (text:gsub("^%s+", ""):gsub("%s+$", ""))
end

local function parse_hours(text)
    local hours, minutes = text:match("^(%d+):(%d+)$")
    if hours then
        return (tonumber(hours) or 0) + (tonumber(minutes) or 0) / 60
    end
    return tonumber(text)
end

local function new_entry(person, hours, note)
    return { person = person, hours = hours, note = note or "", billed = false }
end

local function add_to(group, entry)
    group.total = group.total + entry.hours
    group.entries[#group.entries + 1] = entry
    return group
end

local function new_group(person)
    return { person = person, total = 0, entries = {} }
end

local function pay(group, rate)
    local regular = math.min(group.total, 40)
    local extra = group.total - regular
    return regular * rate + extra * rate * 1.5
end

local function heading(title, width)
    local line = string.rep("-", width)
    return title:upper() .. "\n" .. line
end

local function show_entry(entry, options)
    local text = ("%s %.2f"):format(entry.person, entry.hours)
    if options.notes and entry.note ~= "" then
        text = text .. " (" .. entry.note .. ")"
    end
    if options.indent then
        text = (" "):rep(options.indent) .. text
    end
    return text
end

local function bill(entry, count)
    entry.billed = true
    return count + 1
end

local function depth_of(tree, level)
    if tree.child then
        return depth_of(tree.child, level + 1)
    end
    return level
end

local function label(kind, size)
    if kind == "day" then
        return "d" .. size
    elseif kind == "week" then
        return "w" .. size * 7
    end
    return kind
end

local function each(list, action)
    for i, item in ipairs(list) do
        action(item, i)
    end
    return #list
end

local function report(lines)
    local groups, order = {}, {}
    for _, line in ipairs(lines) do
        local person, hours, note = line:match("^(%w+)%s+(%S+)%s*(.*)$")
        local parsed = hours and parse_hours(hours)
        if parsed then
            local group = groups[person]
            if not group then
                group = new_group(person)
                groups[person] = group
                order[#order + 1] = person
            end
            add_to(group, new_entry(person, parsed, trim(note)))
        end
    end
    local out = { heading("Hours", 5) }
    local billed = 0
    for _, person in ipairs(order) do
        local group = groups[person]
        each(group.entries, function(entry)
            out[#out + 1] = show_entry(entry, { notes = true })
            billed = bill(entry, billed)
        end)
        out[#out + 1] = person .. " " .. pay(group, RATE)
    end
    out[#out + 1] = heading("End", 3)
    out[#out + 1] = show_entry(new_entry("Sum", billed), {})
    out[#out + 1] = label("day", 1) .. label("week", 2) .. depth_of({ child = { child = {} } }, 0)
    out[#out + 1] = tostring(pay({ total = 50, person = "x", entries = {} }, 10))
    return table.concat(out, "\n")
end

return { report = report }

--@ run: local text = report({ "ann 1:30 setup", "bob 2", "ann 45", "what" })
--@ run: assert(text:find("HOURS\n-----\nann 1.50 (setup)\nann 45.00\nann ", 1, true), text)
--@ run: assert(text:find("\nbob 100", 1, true), text)
--@ run: assert(text:find("\nEND\n---\nSum 3.00\nd1w142\n550", 1, true), text)
--@ twin E0022: "local line = string.rep("-", width)" => "local line = title:reps(width)"
--@ twin E0019: "return title:upper() .. "\n" .. line" => "return title - 1 .. line"
--@ twin E0000: "local line = string.rep("-", width)" => "local line = string.rep("-", title)"
--@ twin E0005: "return title:upper() .. "\n" .. line" => "return width:upper() .. line"
--@ twin E0005: "return count + 1" => "return count:next()"
--@ twin E0002: "text = text .. " (" .. entry.note .. ")"" => "text = text .. options()"
--@ twin E0019: "return "w" .. size * 7" => "return "w" .. #size"
--@ twin E0005: "return "d" .. size" => "return "d" .. size.days"
--@ twin E0019: "return level" => "return #level"
--@ twin E0004: "local line = string.rep("-", width)" => "local line = width .. title.size"
--@ twin E0019: "if kind == "day" then" => "if #size == 1 then"
--@ twin E0004: "local regular = math.min(group.total, 40)" => "local regular = math.min(group.toatl, 40)"
--@ twin E0005: "local extra = group.total - regular" => "local extra = rate.total - regular"
--@ twin E0019: "return regular * rate + extra * rate * 1.5" => "return regular * group"
--@ twin E0002: "action(item, i)" => "list(item, i)"
--@ twin E0005: "return #list" => "return action.calls"
