-- A cooperative scheduler of coroutines with sleeping tasks on a virtual clock.
local Scheduler = {}
Scheduler.__index = Scheduler

function Scheduler.new()
    local self = setmetatable({}, Scheduler)
    self.now = 0
    self.ready = {}
    self.sleeping = {}
    self.finished = 0
    self.failures = {}
    return self
end

function Scheduler:spawn(name, fn, ...)
    local args = { ... }
    local co = coroutine.create(function()
        return fn(table.unpack(args))
    end)
    self.ready[#self.ready + 1] = { name = name, co = co, wake = 0 }
    return co
end

local function sleep(ticks)
    coroutine.yield("sleep", ticks)
end

local function pass()
    coroutine.yield("pass")
end

function Scheduler:step(task)
    local ok, command, ticks = coroutine.resume(task.co)
    if not ok then
        self.failures[task.name] = tostring(command)
    elseif coroutine.status(task.co) == "dead" then
        self.finished = self.finished + 1
    elseif command == "sleep" then
        task.wake = self.now + ticks
        self.sleeping[#self.sleeping + 1] = task
    else
        self.ready[#self.ready + 1] = task
    end
end

function Scheduler:wake()
    table.sort(self.sleeping, function(a, b)
        if a.wake ~= b.wake then
            return a.wake < b.wake
        end
        return a.name < b.name
    end)
    local first = self.sleeping[1]
    if not first then
        return false
    end
    self.now = first.wake
    while #self.sleeping > 0 do
        local task = self.sleeping[1]
        if task == nil or task.wake > self.now then
            break
        end
        table.remove(self.sleeping, 1)
        self.ready[#self.ready + 1] = task
    end
    return true
end

function Scheduler:run()
    repeat
        while #self.ready > 0 do
            local task = table.remove(self.ready, 1)
            if task then
                self:step(task)
            end
        end
    until not self:wake()
    return self.finished
end

local function demo()
    local s, log = Scheduler.new(), {}
    local function note(text)
        log[#log + 1] = s.now .. ":" .. text
    end
    s:spawn("slow", function(n)
        for i = 1, n do
            sleep(10)
            note("slow" .. i)
        end
    end, 2)
    s:spawn("fast", function()
        note("fast")
        pass()
        sleep(10)
        note("woke")
    end)
    s:spawn("bad", function()
        error("broken", 0)
    end)
    local finished = s:run()
    return log, finished, s.failures
end

--@ run: local log, finished, failures = demo()
--@ run: assert(table.concat(log, " ") == "0:fast 10:woke 10:slow1 20:slow2")
--@ run: assert(finished == 2 and failures.bad == "broken")
--@ twin E0022: "self:step(task)" => "self:stp(task)"
--@ twin E0004: "local finished = s:run()" => "local finished = s:run() + s.finish"
--@ twin E0004: "log[#log + 1] = s.now .. ":" .. text" => "log[#log + 1] = s.nw .. ":" .. text"
--@ twin E0022: "until not self:wake()" => "until not self:wakeup()"
