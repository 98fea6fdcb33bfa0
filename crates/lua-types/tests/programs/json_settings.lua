-- Reads settings from JSON; decoded values are checked before use.
-- modules: json
local json = require("json")

local Settings = {}
Settings.__index = Settings

local DEFAULTS = { theme = "light", page_size = 20, plugins = {} }

local function parse(text)
    local decoded, err = json.decode(text)
    if err then
        return nil, "settings are not JSON: " .. tostring(err)
    end
    if type(decoded) ~= "table" then
        return nil, "settings must be an object"
    end
    return decoded
end

function Settings.load(text)
    local raw, err = parse(text)
    if not raw then
        return nil, err
    end
    local self = setmetatable({}, Settings)
    self.theme = type(raw.theme) == "string" and raw.theme or DEFAULTS.theme
    self.page_size = math.floor(tonumber(raw.page_size) or DEFAULTS.page_size)
    self.plugins = {}
    for name, options in pairs(raw.plugins or DEFAULTS.plugins) do
        if type(options) == "table" and options.enabled ~= false then
            self.plugins[name] = options
        end
    end
    self.dirty = false
    return self
end

function Settings:set_theme(theme)
    if theme ~= self.theme then
        self.theme = theme
        self.dirty = true
    end
    return self
end

function Settings:plugin_names()
    local names = {}
    for name in pairs(self.plugins) do
        names[#names + 1] = name
    end
    table.sort(names)
    return names
end

function Settings:dump()
    local text, err = json.encode({ theme = self.theme, page_size = self.page_size, plugins = self:plugin_names() })
    if not text then
        error(err)
    end
    return text
end

local function round_trip(text)
    local settings, err = Settings.load(text)
    if not settings then
        return nil, err
    end
    return #settings:dump()
end

return Settings

--@ run: local s = assert(Settings.load('{"page_size":"7","plugins":{"a":{},"b":{"enabled":false},"c":{"x":1}}}'))
--@ run: assert(s.theme == "light" and s.page_size == 7 and table.concat(s:plugin_names(), ",") == "a,c")
--@ run: assert(s:set_theme("dark").dirty and s:dump() == '{"page_size":7,"plugins":["a","c"],"theme":"dark"}')
--@ run: assert(select(2, Settings.load("5")) == "settings must be an object" and Settings.load("{") == nil)
--@ run: assert(round_trip('{"plugins":{"a":{}}}') == #'{"page_size":20,"plugins":["a"],"theme":"light"}')
--@ twin E0004: "local decoded, err = json.decode(text)" => "local decoded, err = json.parse(text)"
--@ twin E0023: "local settings, err = Settings.load(text)" => "local settings, err = Settings.load(text):set_theme("x"), nil"
--@ twin E0003: "local text, err = json.encode({ theme = self.theme, page_size = self.page_size, plugins = self:plugin_names() })" => "local text, err = json.encode()"
--@ twin E0022: "return #settings:dump()" => "return #settings:dumb()"
