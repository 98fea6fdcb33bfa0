-- Turns a small part of Markdown into HTML: blocks first, then what stands inside of lines.
local ESCAPES = { ["&"] = "&amp;", ["<"] = "&lt;", [">"] = "&gt;" }

local function inline(text)
    local escaped = text:gsub("[&<>]", ESCAPES)
    escaped = escaped:gsub("%*%*(.-)%*%*", "<b>%1</b>")
    escaped = escaped:gsub("%*(.-)%*", "<i>%1</i>")
    escaped = escaped:gsub("`([^`]+)`", "<code>%1</code>")
    escaped = escaped:gsub("%[(.-)%]%((.-)%)", function(label, target)
        if target:match("^https?://") then
            return '<a href="' .. target .. '">' .. label .. "</a>"
        end
        return label
    end)
    return escaped
end

local Writer = {}
Writer.__index = Writer

function Writer.new()
    return setmetatable({ out = {}, list = nil, paragraph = {} }, Writer)
end

function Writer:emit(fmt, ...)
    self.out[#self.out + 1] = string.format(fmt, ...)
end

function Writer:flush()
    if #self.paragraph > 0 then
        self:emit("<p>%s</p>", inline(table.concat(self.paragraph, " ")))
        self.paragraph = {}
    end
    if self.list then
        self:emit("</%s>", self.list)
        self.list = nil
    end
end

function Writer:heading(level, text)
    self:flush()
    self:emit("<h%d>%s</h%d>", level, inline(text), level)
end

function Writer:item(kind, text)
    if self.list ~= kind then
        self:flush()
        self:emit("<%s>", kind)
        self.list = kind
    end
    self:emit("<li>%s</li>", inline(text))
end

function Writer:text(line)
    if self.list then
        self:flush()
    end
    self.paragraph[#self.paragraph + 1] = line
end

local function render(source)
    local writer = Writer.new()
    for line in (source .. "\n"):gmatch("(.-)\n") do
        local marks, title = line:match("^(#+)%s+(.*)$")
        local bullet = line:match("^[-*]%s+(.*)$")
        local numbered = line:match("^%d+%.%s+(.*)$")
        if marks and title then
            writer:heading(#marks, title)
        elseif bullet then
            writer:item("ul", bullet)
        elseif numbered then
            writer:item("ol", numbered)
        elseif line:match("^%s*$") then
            writer:flush()
        else
            writer:text(line)
        end
    end
    writer:flush()
    return table.concat(writer.out, "\n")
end

return { render = render, inline = inline }

--@ run: assert(render("# A *b*\ntext\nmore\n\n- x\n- **y**\n1. z") == "<h1>A <i>b</i></h1>\n<p>text more</p>\n<ul>\n<li>x</li>\n<li><b>y</b></li>\n</ul>\n<ol>\n<li>z</li>\n</ol>")
--@ run: assert(inline("[a](http://b) [c](d) <`e`>") == '<a href="http://b">a</a> c &lt;<code>e</code>&gt;')
--@ twin E0022: "writer:item("ul", bullet)" => "writer:bullet("ul", bullet)"
--@ twin E0022: "writer:heading(#marks, title)" => "writer:headline(#marks, title)"
--@ twin E0004: "return table.concat(writer.out, "\n")" => "return table.concat(writer.lines, "\n")"
--@ twin E0004: "self.paragraph[#self.paragraph + 1] = line" => "self.paragraph[#self.paragraf + 1] = line"
