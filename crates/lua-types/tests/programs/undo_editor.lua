-- A text buffer with undo and redo; commands are objects with `apply` and `revert`.
local Insert = {}
Insert.__index = Insert

function Insert.new(at, text)
    return setmetatable({ at = at, text = text }, Insert)
end

function Insert:apply(content)
    return content:sub(1, self.at) .. self.text .. content:sub(self.at + 1)
end

function Insert:revert(content)
    return content:sub(1, self.at) .. content:sub(self.at + #self.text + 1)
end

local Delete = {}
Delete.__index = Delete

function Delete.new(at, length)
    return setmetatable({ at = at, length = length, removed = "" }, Delete)
end

function Delete:apply(content)
    self.removed = content:sub(self.at + 1, self.at + self.length)
    return content:sub(1, self.at) .. content:sub(self.at + self.length + 1)
end

function Delete:revert(content)
    return content:sub(1, self.at) .. self.removed .. content:sub(self.at + 1)
end

local Editor = {}
Editor.__index = Editor

function Editor.new(content)
    local self = setmetatable({}, Editor)
    self.content = content or ""
    self.done = {}
    self.undone = {}
    self.on_change = nil
    return self
end

function Editor:observe(listener)
    self.on_change = listener
    return self
end

function Editor:changed()
    local listener = self.on_change
    if listener then
        listener(self.content)
    end
    return self
end

function Editor:run(command)
    self.content = command:apply(self.content)
    table.insert(self.done, command)
    self.undone = {}
    return self:changed()
end

function Editor:insert(at, text)
    return self:run(Insert.new(at, text))
end

function Editor:delete(at, length)
    return self:run(Delete.new(at, length))
end

function Editor:undo()
    local command = table.remove(self.done)
    if not command then
        return false
    end
    self.content = command:revert(self.content)
    table.insert(self.undone, command)
    self:changed()
    return true
end

function Editor:redo()
    local command = table.remove(self.undone)
    if command == nil then
        return false
    end
    self.content = command:apply(self.content)
    table.insert(self.done, command)
    self:changed()
    return true
end

local function typed(text)
    local editor = Editor.new()
    for i = 1, #text do
        editor:insert(i - 1, text:sub(i, i))
    end
    return editor
end

--@ run: local e, seen = typed("helo"), {}
--@ run: e:observe(function(text) seen[#seen + 1] = text end)
--@ run: e:insert(3, "l"):delete(0, 1)
--@ run: assert(e.content == "ello" and e:undo() and e:undo() and e.content == "helo" and e:redo() and e.content == "hello")
--@ run: assert(e:insert(5, "!").content == "hello!" and not e:redo() and #seen == 6)
--@ run: while e:undo() do end
--@ run: assert(e.content == "")
--@ twin E0004: "return self:run(Insert.new(at, text))" => "return self:run(Insert.create(at, text))"
--@ twin E0022: "return self:changed()" => "return self:change()"
--@ twin E0022: "editor:insert(i - 1, text:sub(i, i))" => "editor:insrt(i - 1, text:sub(i, i))"
