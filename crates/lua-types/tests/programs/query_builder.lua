-- A fluent builder of SQL texts with parameters.
local Query = {}
Query.__index = Query

local OPERATORS = { ["="] = true, ["<"] = true, [">"] = true, ["<="] = true, [">="] = true, LIKE = true }

local function from(name)
    return setmetatable({
        source = name,
        columns = {},
        conditions = {},
        args = {},
        ordering = nil,
        max = nil,
    }, Query)
end

function Query:select(...)
    for i = 1, select("#", ...) do
        local column = select(i, ...)
        table.insert(self.columns, column)
    end
    return self
end

function Query:where(column, op, value)
    if value == nil then
        op, value = "=", op
    end
    if not OPERATORS[op] then
        error("unknown operator " .. tostring(op), 2)
    end
    self.args[#self.args + 1] = value
    self.conditions[#self.conditions + 1] = string.format("%s %s ?", column, op)
    return self
end

function Query:order_by(column, direction)
    self.ordering = column .. " " .. (direction or "ASC")
    return self
end

function Query:limit(n)
    self.max = n
    return self
end

function Query:build()
    local columns = "*"
    if #self.columns > 0 then
        columns = table.concat(self.columns, ", ")
    end
    local parts = { "SELECT " .. columns, "FROM " .. self.source }
    if #self.conditions > 0 then
        parts[#parts + 1] = "WHERE " .. table.concat(self.conditions, " AND ")
    end
    if self.ordering then
        parts[#parts + 1] = "ORDER BY " .. self.ordering
    end
    if self.max then
        parts[#parts + 1] = "LIMIT " .. self.max
    end
    return table.concat(parts, " "), self.args
end

local function adults(limit)
    return from("users"):select("id", "name"):where("age", ">=", 18):where("active", true):order_by("name"):limit(limit)
end

--@ run: local sql, args = adults(10):build()
--@ run: assert(sql == "SELECT id, name FROM users WHERE age >= ? AND active = ? ORDER BY name ASC LIMIT 10")
--@ run: assert(#args == 2 and args[1] == 18 and args[2] == true)
--@ run: assert(from("t"):build() == "SELECT * FROM t")
--@ run: assert(not pcall(function() from("t"):where("a", "<>", 1) end))
--@ twin E0022: "return from("users"):select("id", "name"):where("age", ">=", 18):where("active", true):order_by("name"):limit(limit)" => "return from("users"):select("id", "name"):were("age", ">=", 18)"
--@ twin E0019: "if #self.columns > 0 then" => "if self.columns > 0 then"
--@ twin E0004: "return table.concat(parts, " "), self.args" => "return table.concat(parts, " "), self.arguments"
--@ twin E0004: "table.insert(self.columns, column)" => "table.push(self.columns, column)"
