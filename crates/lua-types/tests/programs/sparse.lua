-- A sparse grid keyed by rows and columns, and a sparse vector.
local Grid = {}
Grid.__index = Grid

function Grid.new(default)
    return setmetatable({ cells = {}, count = 0, default = default }, Grid)
end

function Grid:get(x, y)
    local row = self.cells[y]
    if row == nil then
        return self.default
    end
    local value = row[x]
    if value == nil then
        return self.default
    end
    return value
end

function Grid:set(x, y, value)
    local row = self.cells[y]
    if row == nil then
        row = {}
        self.cells[y] = row
    end
    if row[x] == nil and value ~= nil then
        self.count = self.count + 1
    elseif row[x] ~= nil and value == nil then
        self.count = self.count - 1
    end
    row[x] = value
    if next(row) == nil then
        self.cells[y] = nil
    end
end

function Grid:bounds()
    local min_x, max_x = math.huge, -math.huge
    local min_y, max_y = math.huge, -math.huge
    for y, row in pairs(self.cells) do
        min_y, max_y = math.min(min_y, y), math.max(max_y, y)
        for x in pairs(row) do
            min_x, max_x = math.min(min_x, x), math.max(max_x, x)
        end
    end
    if self.count == 0 then
        return nil
    end
    return { left = min_x, right = max_x, top = min_y, bottom = max_y }
end

function Grid:draw()
    local box = self:bounds()
    if not box then
        return "(empty)"
    end
    local lines = {}
    for y = box.top, box.bottom do
        local line = ""
        for x = box.left, box.right do
            line = line .. tostring(self:get(x, y))
        end
        lines[#lines + 1] = line
    end
    return table.concat(lines, "\n")
end

local function dot(a, b)
    local sum = 0
    for i, x in pairs(a) do
        sum = sum + x * (b[i] or 0)
    end
    return sum
end

--@ run: local g = Grid.new(".")
--@ run: assert(g:draw() == "(empty)")
--@ run: g:set(-1, 5, "#")
--@ run: g:set(1, 6, "o")
--@ run: g:set(100, 100, "x")
--@ run: g:set(100, 100, nil)
--@ run: assert(g.count == 2 and g:get(0, 0) == "." and g:draw() == "#..\n..o")
--@ run: assert(dot({ [1] = 2, [1000] = 3 }, { [1000] = 4 }) == 12)
--@ twin E0023: "for y = box.top, box.bottom do" => "for y = self:bounds().top, box.bottom do"
--@ twin E0022: "local box = self:bounds()" => "local box = self:bound()"
--@ twin E0004: "for x = box.left, box.right do" => "for x = box.left, box.rigth do"
--@ twin E0019: "self.count = self.count - 1" => "self.count = self.count - self.cells"
