-- The game of life on an unbounded field, with patterns as text.
local Life = {}
Life.__index = Life

local OFFSETS = {
    { dx = -1, dy = -1 }, { dx = 0, dy = -1 }, { dx = 1, dy = -1 },
    { dx = -1, dy = 0 }, { dx = 1, dy = 0 },
    { dx = -1, dy = 1 }, { dx = 0, dy = 1 }, { dx = 1, dy = 1 },
}

local function key(x, y)
    return x .. "," .. y
end

local function position(text)
    local x, y = string.match(text, "^(-?%d+),(-?%d+)$")
    return math.floor(tonumber(x) or 0), math.floor(tonumber(y) or 0)
end

function Life.parse(picture)
    local self = setmetatable({ cells = {}, generation = 0 }, Life)
    local y = 0
    for line in string.gmatch(picture, "[^\n]+") do
        for x = 1, #line do
            if line:sub(x, x) == "#" then
                self.cells[key(x, y)] = true
            end
        end
        y = y + 1
    end
    return self
end

function Life:count()
    local n = 0
    for _ in pairs(self.cells) do
        n = n + 1
    end
    return n
end

function Life:step()
    local neighbours = {}
    for cell in pairs(self.cells) do
        local x, y = position(cell)
        for _, offset in ipairs(OFFSETS) do
            local k = key(x + offset.dx, y + offset.dy)
            neighbours[k] = (neighbours[k] or 0) + 1
        end
    end
    local cells = {}
    for k, n in pairs(neighbours) do
        if n == 3 or (n == 2 and self.cells[k]) then
            cells[k] = true
        end
    end
    self.cells = cells
    self.generation = self.generation + 1
    return self
end

function Life:signature()
    local min_x, min_y = math.maxinteger, math.maxinteger
    local list = {}
    for cell in pairs(self.cells) do
        local x, y = position(cell)
        min_x, min_y = math.min(min_x, x), math.min(min_y, y)
        list[#list + 1] = { x = x, y = y }
    end
    local parts = {}
    for i, p in ipairs(list) do
        parts[i] = key(p.x - min_x, p.y - min_y)
    end
    table.sort(parts)
    return table.concat(parts, " ")
end

local function period(picture, limit)
    local life = Life.parse(picture)
    local seen = { [life:signature()] = 0 }
    for _ = 1, limit do
        local signature = life:step():signature()
        local before = seen[signature]
        if before then
            return life.generation - before
        end
        seen[signature] = life.generation
    end
    return nil
end

--@ run: assert(period("###", 10) == 2 and period("##\n##", 10) == 1 and period(".#.\n..#\n###", 10) == 4)
--@ run: local r = Life.parse("##\n#.")
--@ run: assert(r:step():count() == 4 and r.generation == 1 and period(".##\n##.\n.#.", 3) == nil)
--@ twin E0022: "local signature = life:step():signature()" => "local signature = life:step():sign()"
--@ twin E0004: "return life.generation - before" => "return life.generations - before"
--@ twin E0019: "min_x, min_y = math.min(min_x, x), math.min(min_y, y)" => "min_x, min_y = math.min(min_x, x), -list"
--@ twin E0004: "local k = key(x + offset.dx, y + offset.dy)" => "local k = key(x + offset.dx, y + offset.dz)"
