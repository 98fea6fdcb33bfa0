-- A repository of users over a map, with an index by mail and copies at the border.
local Repository = {}
Repository.__index = Repository

local function copy(user)
    local out = {}
    for k, v in pairs(user) do
        out[k] = v
    end
    return out
end

local function valid_mail(mail)
    return type(mail) == "string" and mail:match("^[^@%s]+@[^@%s]+%.%a+$") ~= nil
end

function Repository.new()
    local self = setmetatable({}, Repository)
    self.rows = {}
    self.by_mail = {}
    self.next_id = 1
    return self
end

function Repository:insert(user)
    if not valid_mail(user.mail) then
        return nil, "invalid mail"
    end
    if self.by_mail[user.mail] then
        return nil, "mail is taken"
    end
    local id = self.next_id
    self.next_id = id + 1
    local row = copy(user)
    row.id = id
    self.rows[id] = row
    self.by_mail[user.mail] = id
    return id
end

function Repository:find(id)
    local row = self.rows[id]
    if not row then
        return nil
    end
    return copy(row)
end

function Repository:find_by_mail(mail)
    local id = self.by_mail[mail]
    if id == nil then
        return nil, "no user " .. mail
    end
    return self:find(id)
end

function Repository:update(id, changes)
    local row = self.rows[id]
    if row == nil then
        return false
    end
    for k, v in pairs(changes) do
        if k ~= "id" then
            row[k] = v
        end
    end
    return true
end

function Repository:delete(id)
    local row = self.rows[id]
    if not row then
        return false
    end
    self.by_mail[row.mail] = nil
    self.rows[id] = nil
    return true
end

function Repository:all(filter)
    local list = {}
    for _, row in pairs(self.rows) do
        if not filter or filter(row) then
            list[#list + 1] = copy(row)
        end
    end
    table.sort(list, function(a, b) return a.id < b.id end)
    return list
end

--@ run: local repo = Repository.new()
--@ run: local id = assert(repo:insert({ name = "Ann", mail = "ann@x.org" }))
--@ run: assert(select(2, repo:insert({ mail = "ann@x.org" })) == "mail is taken")
--@ run: assert(select(2, repo:insert({ mail = "x" })) == "invalid mail")
--@ run: local ann = assert(repo:find_by_mail("ann@x.org"))
--@ run: assert(ann.name == "Ann" and repo:update(id, { name = "Anna", id = 9 }) and #repo:all() == 1)
--@ run: assert(repo:delete(id) and not repo:delete(id) and repo:find(id) == nil)
--@ twin E0004: "local id = self.next_id" => "local id = self.nxt_id"
--@ twin E0022: "return self:find(id)" => "return self:fnd(id)"
--@ twin E0019: "self.next_id = id + 1" => "self.next_id = self.rows + 1"
--@ twin E0001: "local row = copy(user)" => "local row = kopy(user)"
