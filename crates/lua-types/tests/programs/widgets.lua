-- Three levels of classes made by a small helper, each with its own constructor.
local Widget = {}
Widget.__index = Widget

function Widget.new(id)
    return setmetatable({ id = id, visible = true, parent = nil }, Widget)
end

function Widget:show()
    self.visible = true
end

function Widget:hide()
    self.visible = false
end

function Widget:render()
    if not self.visible then
        return ""
    end
    return "<" .. self:tag() .. " id=" .. self.id .. ">"
end

function Widget:tag()
    return "widget"
end

local Label = setmetatable({}, { __index = Widget })
Label.__index = Label

function Label.new(id, text)
    local self = setmetatable(Widget.new(id), Label)
    self.text = text or ""
    return self
end

function Label:tag()
    return "label"
end

function Label:render()
    local head = Widget.render(self)
    if head == "" then
        return head
    end
    return head .. self.text
end

local Button = setmetatable({}, { __index = Label })
Button.__index = Button

function Button.new(id, text, on_click)
    local self = setmetatable(Label.new(id, text), Button)
    self.on_click = on_click
    self.clicks = 0
    return self
end

function Button:tag()
    return "button"
end

function Button:click()
    self.clicks = self.clicks + 1
    if self.on_click then
        self.on_click(self, self.clicks)
    end
    return self.clicks
end

local function render_all(list)
    local parts = {}
    for _, w in ipairs(list) do
        local text = w:render()
        if text ~= "" then
            parts[#parts + 1] = text
        end
    end
    return table.concat(parts, "\n")
end

--@ run: local seen = 0
--@ run: local b = Button.new("ok", "OK", function(_, n) seen = n end)
--@ run: b:click()
--@ run: assert(b:click() == 2 and seen == 2)
--@ run: assert(b:render() == "<button id=ok>OK")
--@ run: local w, l = Widget.new("w"), Label.new("l", "text")
--@ run: w:hide()
--@ run: assert(render_all({ w, l, b }) == "<label id=l>text\n<button id=ok>OK")
--@ twin E0004: "local head = Widget.render(self)" => "local head = Widget.rendr(self)"
--@ twin E0004: "self.clicks = self.clicks + 1" => "self.clicks = self.click_count + 1"
--@ twin E0019: "return "<" .. self:tag() .. " id=" .. self.id .. ">"" => "return "<" .. self:tag() .. " id=" .. self.visible .. ">""
--@ twin E0004: "return head .. self.text" => "return head .. self.txt"
