-- A repository over a small query engine: tables with rows, conditions and a transaction log.
local Database = {}
Database.__index = Database

function Database.open()
    return setmetatable({ tables = {}, log = {}, open = true }, Database)
end

function Database:create_table(name, columns)
    local known = {}
    for _, column in ipairs(columns) do
        known[column] = true
    end
    self.tables[name] = { rows = {}, columns = known, next_id = 1 }
end

function Database:table(name)
    local t = self.tables[name]
    if not t then
        error("no table " .. name, 2)
    end
    return t
end

local function matches(row, conditions)
    for column, wanted in pairs(conditions) do
        if row[column] ~= wanted then
            return false
        end
    end
    return true
end

function Database:select(name, conditions, limit)
    local rows = {}
    local t = self:table(name)
    for id = 1, t.next_id - 1 do
        local row = t.rows[id]
        if row and matches(row, conditions or {}) then
            rows[#rows + 1] = row
            if limit and #rows >= limit then
                break
            end
        end
    end
    return rows
end

function Database:insert(name, values)
    local t = self:table(name)
    for column in pairs(values) do
        if not t.columns[column] then
            return nil, "no column " .. column
        end
    end
    local id = t.next_id
    t.next_id = id + 1
    local row = { id = id }
    for column, value in pairs(values) do
        row[column] = value
    end
    t.rows[id] = row
    self.log[#self.log + 1] = "insert " .. name .. " " .. id
    return row
end

local Tasks = {}
Tasks.__index = Tasks

function Tasks.new(db)
    db:create_table("tasks", { "title", "state", "owner" })
    return setmetatable({ db = db }, Tasks)
end

function Tasks:add(title, owner)
    return self.db:insert("tasks", { title = title, state = "open", owner = owner })
end

function Tasks:first_open(owner)
    local rows = self.db:select("tasks", { state = "open", owner = owner }, 1)
    return rows[1]
end

function Tasks:complete(owner)
    local task = self:first_open(owner)
    if task == nil then
        return nil, "nothing to do"
    end
    task.state = "done"
    return task.title
end

local function demo()
    local db = Database.open()
    local tasks = Tasks.new(db)
    tasks:add("write", "ann")
    tasks:add("read", "bob")
    tasks:add("test", "ann")
    return tasks, db
end

--@ run: local tasks, db = demo()
--@ run: assert(tasks:complete("ann") == "write" and tasks:complete("ann") == "test")
--@ run: assert(select(2, tasks:complete("ann")) == "nothing to do" and #db:select("tasks", { state = "done" }) == 2)
--@ run: assert(select(2, db:insert("tasks", { x = 1 })) == "no column x" and not pcall(db.select, db, "none") and #db.log == 3)
--@ twin E0022: "db:create_table("tasks", { "title", "state", "owner" })" => "Database.open():create_tabel("tasks", { "title", "state", "owner" })"
--@ twin E0022: "local task = self:first_open(owner)" => "local task = self:first_opened(owner)"
--@ twin E0004: "local db = Database.open()" => "local db = Database.connect()"
--@ twin E0004: "self.log[#self.log + 1] = "insert " .. name .. " " .. id" => "self.log[#self.lg + 1] = "insert " .. name .. " " .. id"
