-- Text for people: templates, tables, plurals, times, words wrapped to a width.
local words = {}

local escapes = { ["&"] = "&amp;", ["<"] = "&lt;", [">"] = "&gt;", ['"'] = "&quot;" }
local units = { { "week", 604800 }, { "day", 86400 }, { "hour", 3600 }, { "minute", 60 }, { "second", 1 } }
local sizes = { "B", "KiB", "MiB", "GiB", "TiB" }
local irregular = { child = "children", person = "people", entry = "entries", index = "indices" }

function words.trim(text)
    return (string.gsub(text, "^%s*(.-)%s*$", "%1"))
end

function words.split(text, separator)
    local out, from = {}, 1
    while true do
        local first, last = string.find(text, separator, from, true)
        if not first then
            break
        end
        out[#out + 1] = string.sub(text, from, first - 1)
        from = last + 1
    end
    out[#out + 1] = string.sub(text, from)
    return out
end

function words.escape(text)
    return (string.gsub(text, '[&<>"]', escapes))
end

function words.plural(count, word)
    if count == 1 then
        return "1 " .. word
    end
    return tostring(count) .. " " .. (irregular[word] or (word .. "s"))
end

function words.ago(seconds)
    for _, unit in ipairs(units) do
        if seconds >= unit[2] then
            return words.plural(seconds // unit[2], unit[1]) .. " ago"
        end
    end
    return "now"
end

function words.size(bytes)
    local at = 1
    while bytes >= 1024 and at < #sizes do
        bytes = bytes / 1024
        at = at + 1
    end
    if at == 1 then
        return string.format("%d %s", bytes, sizes[at])
    end
    return string.format("%.1f %s", bytes, sizes[at])
end

function words.wrap(text, width)
    local lines, line = {}, ""
    for word in string.gmatch(text, "%S+") do
        if #line > 0 and #line + 1 + #word > width then
            lines[#lines + 1] = line
            line = word
        elseif #line == 0 then
            line = word
        else
            line = line .. " " .. word
        end
    end
    if #line > 0 then
        lines[#lines + 1] = line
    end
    return lines
end

local Template = {}
Template.__index = Template

local filters = {
    upper = string.upper,
    lower = string.lower,
    trim = words.trim,
    escape = words.escape,
    size = function(v) return words.size(tonumber(v) or 0) end,
    ago = function(v) return words.ago(tonumber(v) or 0) end,
}

local function lookup(values, path)
    local at = values
    for key in string.gmatch(path, "[^.]+") do
        if type(at) ~= "table" then
            return nil
        end
        at = at[key]
    end
    return at
end

function words.template(text)
    local parts, from = {}, 1
    while true do
        local first, last, inner = string.find(text, "{{%s*(.-)%s*}}", from)
        if not first then
            break
        end
        parts[#parts + 1] = string.sub(text, from, first - 1)
        local path, filter = string.match(inner, "^([%w_.]+)%s*|%s*(%w+)$")
        parts[#parts + 1] = { path = path or inner, filter = filter }
        from = last + 1
    end
    parts[#parts + 1] = string.sub(text, from)
    return setmetatable({ parts = parts }, Template)
end

function Template:render(values)
    local out = {}
    for i, part in ipairs(self.parts) do
        if type(part) == "string" then
            out[i] = part
        else
            local value = lookup(values, part.path)
            local filter = part.filter and filters[part.filter]
            if filter and value ~= nil then
                value = filter(tostring(value))
            end
            out[i] = value == nil and "" or tostring(value)
        end
    end
    return table.concat(out)
end

local Grid = {}
Grid.__index = Grid

function words.grid(...)
    local columns = { ... }
    local widths = {}
    for i, name in ipairs(columns) do
        widths[i] = #name
    end
    return setmetatable({ columns = columns, widths = widths, rows = {} }, Grid)
end

function Grid:add(...)
    local row = { ... }
    for i = 1, #self.columns do
        row[i] = tostring(row[i] == nil and "" or row[i])
        self.widths[i] = math.max(self.widths[i], #row[i])
    end
    self.rows[#self.rows + 1] = row
end

function Grid:line(row)
    local cells = {}
    for i = 1, #self.columns do
        cells[i] = row[i] .. string.rep(" ", self.widths[i] - #row[i])
    end
    return words.trim(table.concat(cells, "  "))
end

function Grid:text()
    local lines = { self:line(self.columns) }
    local rule = {}
    for i = 1, #self.columns do
        rule[i] = string.rep("-", self.widths[i])
    end
    lines[2] = table.concat(rule, "  ")
    for i, row in ipairs(self.rows) do
        lines[i + 2] = self:line(row)
    end
    return table.concat(lines, "\n")
end

words.summary = words.template("{{ name | trim }}: {{ counts }} ({{ age | ago }})")
words.filters = filters

return words
