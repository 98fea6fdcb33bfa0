-- Runs jobs on coroutines of one process and collects results through channels.
local Pool = {}
Pool.__index = Pool

function Pool.new(size, handler)
    local self = setmetatable({}, Pool)
    self.size = size or 2
    self.handler = handler
    self.jobs = channel.new(16)
    self.results = channel.new(16)
    self.done = channel.new(self.size)
    self.completed = 0
    return self
end

function Pool:worker(id)
    local count = 0
    while true do
        local job, ok = self.jobs:receive()
        if not ok then
            break
        end
        local fine, value = pcall(self.handler, job)
        self.results:send({ job = job, worker = id, ok = fine, value = value })
        count = count + 1
    end
    self.done:send(count)
end

function Pool:start()
    for id = 1, self.size do
        coroutine.spawn(function()
            self:worker(id)
        end)
    end
    return self
end

function Pool:feed(list)
    coroutine.spawn(function()
        for _, job in ipairs(list) do
            self.jobs:send(job)
        end
        self.jobs:close()
    end)
end

function Pool:collect(expected)
    local good, bad = {}, {}
    while self.completed < expected do
        local result, ok = self.results:receive()
        if not ok then
            break
        end
        self.completed = self.completed + 1
        if result.ok then
            good[result.job] = result.value
        else
            bad[#bad + 1] = tostring(result.value)
        end
    end
    local handled = 0
    for _ = 1, self.size do
        local count = self.done:receive()
        handled = handled + (count or 0)
    end
    return good, bad, handled
end

local function run(list, handler)
    local pool = Pool.new(3, handler):start()
    pool:feed(list)
    return pool:collect(#list)
end

--@ run: local good, bad, handled = run({ 1, 2, 3, 4, 5 }, function(n)
--@ run:   if n == 4 then error("no four", 0) end
--@ run:   return n * n
--@ run: end)
--@ run: assert(good[3] == 9 and good[5] == 25 and good[4] == nil and bad[1] == "no four" and handled == 5)
--@ twin E0022: "self.results:send({ job = job, worker = id, ok = fine, value = value })" => "self.results:put({ job = job, worker = id, ok = fine, value = value })"
--@ twin E0022: "return pool:collect(#list)" => "return pool:colect(#list)"
--@ twin E0004: "while self.completed < expected do" => "while self.complete < expected do"
--@ twin E0000: "self.jobs = channel.new(16)" => "self.jobs = channel.new("16")"
