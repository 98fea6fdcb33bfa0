-- Reads and writes comma-separated values with quotes.
local csv = {}

local function parse_line(line, sep)
    local fields = {}
    local pos = 1
    while true do
        if line:sub(pos, pos) == '"' then
            local text = ""
            pos = pos + 1
            while true do
                local close = line:find('"', pos, true)
                if not close then
                    return nil, "unclosed quote"
                end
                text = text .. line:sub(pos, close - 1)
                pos = close + 1
                if line:sub(pos, pos) ~= '"' then
                    break
                end
                text = text .. '"'
                pos = pos + 1
            end
            fields[#fields + 1] = text
            if line:sub(pos, pos) ~= sep then
                break
            end
            pos = pos + 1
        else
            local stop = line:find(sep, pos, true)
            if not stop then
                fields[#fields + 1] = line:sub(pos)
                break
            end
            fields[#fields + 1] = line:sub(pos, stop - 1)
            pos = stop + 1
        end
    end
    return fields
end

function csv.parse(text, sep)
    sep = sep or ","
    local header, rows = nil, {}
    local number = 0
    for line in string.gmatch(text, "[^\n]+") do
        number = number + 1
        local fields, err = parse_line(line, sep)
        if not fields then
            return nil, "line " .. number .. ": " .. err
        end
        if header == nil then
            header = fields
        else
            local row = {}
            for i, name in ipairs(header) do
                row[name] = fields[i]
            end
            rows[#rows + 1] = row
        end
    end
    return rows
end

local function quote(value)
    local text = tostring(value)
    if text:find('[",\n]') then
        local escaped = text:gsub('"', '""')
        return '"' .. escaped .. '"'
    end
    return text
end

function csv.line(values)
    local out = {}
    for i = 1, #values do
        out[i] = quote(values[i])
    end
    return table.concat(out, ",")
end

--@ run: local rows, err = csv.parse('name,says\nann,"a, ""b"""\nbob,hi')
--@ run: assert(rows, err)
--@ run: assert(#rows == 2 and rows[1] and rows[1].says == 'a, "b"' and rows[2] and rows[2].name == "bob")
--@ run: local none, problem = csv.parse('a\n"x')
--@ run: assert(none == nil and problem == "line 2: unclosed quote")
--@ run: assert(csv.line({ 1, 'a"b', "c" }) == '1,"a""b",c')
--@ twin E0001: "local fields, err = parse_line(line, sep)" => "local fields, err = parse_lin(line, sep)"
--@ twin E0022: "if text:find('[",\n]') then" => "if text:fnd('[",\n]') then"
--@ twin E0003: "for line in string.gmatch(text, "[^\n]+") do" => "for line in string.gmatch(text) do"
--@ twin E0019: "number = number + 1" => "number = number + rows"
