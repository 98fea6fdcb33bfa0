-- Reads INI files into sections, with values converted and comments dropped.
local ini = { strict = true }

local function trim(s)
    return (s:gsub("^%s+", ""):gsub("%s+$", ""))
end

local function convert(text)
    if text == "true" or text == "yes" then
        return true
    elseif text == "false" or text == "no" then
        return false
    end
    local number = tonumber(text)
    if number then
        return number
    end
    local quoted = string.match(text, '^"(.*)"$')
    return quoted or text
end

function ini.parse(text)
    local sections = { default = {} }
    local current = sections.default
    local line_no = 0
    for raw in (text .. "\n"):gmatch("(.-)\n") do
        line_no = line_no + 1
        local line = trim(raw)
        local name = line:match("^%[([%w_%.]+)%]$")
        local key, value = line:match("^([%w_]+)%s*=%s*(.*)$")
        if line == "" or line:sub(1, 1) == ";" then
            goto continue
        elseif name then
            current = sections[name] or {}
            sections[name] = current
        elseif key and value then
            current[key] = convert(value)
        elseif ini.strict then
            return nil, string.format("line %d: cannot read %q", line_no, line)
        end
        ::continue::
    end
    return sections
end

function ini.get(sections, path, default)
    local section, key = path:match("^(.-)%.(.+)$")
    if not section then
        section, key = "default", path
    end
    local values = sections[section]
    if values == nil or values[key] == nil then
        return default
    end
    return values[key]
end

local SAMPLE = [[
debug = yes
; a comment
[server]
port = 8080
host = "local host"
]]

--@ run: local conf = assert(ini.parse(SAMPLE))
--@ run: assert(ini.get(conf, "debug") == true and ini.get(conf, "server.port") == 8080)
--@ run: assert(ini.get(conf, "server.host") == "local host" and ini.get(conf, "server.x", 1) == 1)
--@ run: local none, err = ini.parse("[server]\n???")
--@ run: assert(none == nil and err == 'line 2: cannot read "???"')
--@ twin E0004: "local quoted = string.match(text, '^"(.*)"$')" => "local quoted = string.mach(text, '^"(.*)"$')"
--@ twin E0019: "line_no = line_no + 1" => "line_no = line_no + true"
--@ twin E0001: "current[key] = convert(value)" => "current[key] = konvert(value)"
--@ twin E0019: "return quoted or text" => "return "=" .. quoted"
