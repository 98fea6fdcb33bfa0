-- A template engine: {{name}}, {{name|filter}} and sections over lists.
local Template = {}
Template.__index = Template

local filters = {}

function filters.upper(s)
    return string.upper(tostring(s))
end

function filters.html(s)
    local entities = { ["&"] = "&amp;", ["<"] = "&lt;", [">"] = "&gt;" }
    return (tostring(s):gsub("[&<>]", entities))
end

filters.len = function(s)
    return #tostring(s)
end

function Template.new(source)
    return setmetatable({ source = source, missing = "" }, Template)
end

local function lookup(context, path)
    local value = context
    for part in path:gmatch("[%w_]+") do
        if type(value) ~= "table" then
            return nil
        end
        value = value[part]
    end
    return value
end

function Template:expand(source, context)
    local text = source:gsub("{{#([%w_%.]+)}}(.-){{/}}", function(path, body)
        local list = lookup(context, path)
        if type(list) ~= "table" then
            return ""
        end
        local out = {}
        for i, item in ipairs(list) do
            out[i] = self:expand(body, { it = item, index = i })
        end
        return table.concat(out)
    end)
    local result = text:gsub("{{([%w_%.]+)|?(%a*)}}", function(path, filter)
        local value = lookup(context, path)
        if value == nil then
            return self.missing
        end
        local apply = filters[filter]
        if apply then
            return tostring(apply(value))
        end
        return tostring(value)
    end)
    return result
end

function Template:render(context)
    return self:expand(self.source, context or {})
end

local function render(source, context)
    return Template.new(source):render(context)
end

--@ run: assert(render("Hi {{user.name|upper}}{{x}}!", { user = { name = "ann" } }) == "Hi ANN!")
--@ run: assert(render("{{#items}}[{{index}}:{{it.t|html}}]{{/}}", { items = { { t = "<" }, { t = "b" } } }) == "[1:&lt;][2:b]")
--@ run: assert(render("{{w|len}}", { w = "four" }) == "4" and render("plain") == "plain")
--@ twin E0004: "return string.upper(tostring(s))" => "return string.uper(tostring(s))"
--@ twin E0022: "return self:expand(self.source, context or {})" => "return self:expnd(self.source, context or {})"
--@ twin E0004: "return self.missing" => "return self.mising"
--@ twin E0003: "return tostring(apply(value))" => "return tostring()"
