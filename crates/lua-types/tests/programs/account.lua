-- A bank account class with a history and checked withdrawals.
local Account = {}
Account.__index = Account

local MIN_BALANCE = 0

function Account.new(owner, balance)
    local self = setmetatable({}, Account)
    self.owner = owner
    self.balance = balance or 0
    self.history = {}
    self.closed = false
    return self
end

function Account:record(kind, amount)
    self.history[#self.history + 1] = { kind = kind, amount = amount, after = self.balance }
end

function Account:deposit(amount)
    if amount <= 0 then
        error("amount must be positive")
    end
    self.balance = self.balance + amount
    self:record("deposit", amount)
    return self.balance
end

function Account:withdraw(amount)
    if self.closed then
        return nil, "account is closed"
    end
    if self.balance - amount < MIN_BALANCE then
        return nil, "insufficient funds"
    end
    self.balance = self.balance - amount
    self:record("withdraw", amount)
    return self.balance
end

function Account:close()
    self.closed = true
end

function Account:statement()
    local lines = {}
    for i, entry in ipairs(self.history) do
        lines[i] = string.format("%d. %s %d -> %d", i, entry.kind, entry.amount, entry.after)
    end
    return table.concat(lines, "\n")
end

local function transfer(from, to, amount)
    local left, err = from:withdraw(amount)
    if not left then
        return false, err
    end
    to:deposit(amount)
    return true
end

--@ run: local a, b = Account.new("ann", 100), Account.new("bob")
--@ run: assert(transfer(a, b, 30) and a.balance == 70 and b.balance == 30)
--@ run: local ok, err = transfer(a, b, 300)
--@ run: assert(not ok and err == "insufficient funds")
--@ run: assert(b:statement() == "1. deposit 30 -> 30")
--@ run: a:close()
--@ run: assert(select(2, a:withdraw(1)) == "account is closed")
--@ twin E0004: "self.balance = self.balance + amount" => "self.balance = self.balnce + amount"
--@ twin E0022: "self:record("withdraw", amount)" => "self:recrd("withdraw", amount)"
--@ twin E0001: "if self.balance - amount < MIN_BALANCE then" => "if self.balance - amount < MIN_BALANSE then"
--@ twin E0019: "return table.concat(lines, "\n")" => "return lines .. "\n""
