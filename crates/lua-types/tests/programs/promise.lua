-- Promises without a scheduler: callbacks run as soon as a promise is settled.
local Promise = {}
Promise.__index = Promise

local PENDING, RESOLVED, REJECTED = "pending", "resolved", "rejected"

local function is_promise(value)
    return type(value) == "table" and getmetatable(value) == Promise
end

function Promise.new(executor)
    local self = setmetatable({ state = PENDING, value = nil, waiting = {} }, Promise)
    local function resolve(value)
        self:settle(RESOLVED, value)
    end
    local function reject(reason)
        self:settle(REJECTED, reason)
    end
    if executor then
        local ok, err = pcall(executor, resolve, reject)
        if not ok then
            reject(err)
        end
    end
    return self, resolve, reject
end

function Promise:settle(state, value)
    if self.state ~= PENDING then
        return
    end
    if state == RESOLVED and is_promise(value) then
        value:next(
            function(v) self:settle(RESOLVED, v) end,
            function(e) self:settle(REJECTED, e) end
        )
        return
    end
    self.state = state
    self.value = value
    local waiting = self.waiting
    self.waiting = {}
    for _, callback in ipairs(waiting) do
        callback()
    end
end

function Promise:next(on_resolved, on_rejected)
    local result, resolve, reject = Promise.new()
    local function continue()
        local handler = self.state == RESOLVED and on_resolved or on_rejected
        if self.state == REJECTED then
            handler = on_rejected
        end
        if not handler then
            if self.state == RESOLVED then
                resolve(self.value)
            else
                reject(self.value)
            end
            return
        end
        local ok, value = pcall(handler, self.value)
        if ok then
            resolve(value)
        else
            reject(value)
        end
    end
    if self.state == PENDING then
        self.waiting[#self.waiting + 1] = continue
    else
        continue()
    end
    return result
end

function Promise:catch(on_rejected)
    return self:next(nil, on_rejected)
end

function Promise.all(list)
    local results, left = {}, #list
    return Promise.new(function(resolve, reject)
        if left == 0 then
            resolve(results)
        end
        for i, promise in ipairs(list) do
            promise:next(function(value)
                results[i] = value
                left = left - 1
                if left == 0 then
                    resolve(results)
                end
            end, reject)
        end
    end)
end

--@ run: local p, resolve = Promise.new()
--@ run: local log = {}
--@ run: p:next(function(v) return v + 1 end):next(function(v) error("got " .. v, 0) end):catch(function(e) log[1] = e end)
--@ run: resolve(1)
--@ run: resolve(5)
--@ run: assert(log[1] == "got 2" and p.value == 1 and p.state == RESOLVED)
--@ run: Promise.all({ p, p:next(function(v) return v * 10 end) }):next(function(r) log[2] = r[1] + r[2] end)
--@ run: assert(log[2] == 11)
--@ twin E0022: "return self:next(nil, on_rejected)" => "return self:and_then(nil, on_rejected)"
--@ twin E0001: "if self.state ~= PENDING then" => "if self.state ~= PENDNG then"
--@ twin E0019: "left = left - 1" => "left = left - results"
--@ twin E0004: "local result, resolve, reject = Promise.new()" => "local result, resolve, reject = Promise.pending()"
