-- Fields of objects: set in constructors, set later, nil at first, shared by all objects.
local Job = {}
Job.__index = Job
Job.count = 0

function Job.new(name: string)
    local self = setmetatable({ name = name, result = nil, tags = {} }, Job)
    self.attempts = 0
    self.started = nil
    Job.count = Job.count + 1
    return self
end

function Job:start(at: number)
    self.started = at
    self.attempts = self.attempts + 1
    return self
end

function Job:finish(result: string)
    self.result = result
end

function Job:duration(now: number): number
    return now - self.started
end

function Job:duration_or(now: number): number
    if not self.started then
        return 0
    end
    return now - self.started
end

function Job:summary(): string
    local result = self.result
    if result then
        return self.name .. ": " .. result
    end
    return self.name .. ": " .. self.attempts
end

function Job:tag(key: string, value: string)
    self.tags[key] = value
    return self.tags[key]
end

local job = Job.new("a"):start(1)
job:finish("ok")
print(job:summary():upper(), job.count + 1, Job.count, job:tag("k", "v"))
print(job.results) --! E0004
print(job.attempt + 1) --! E0004
print(job:restart()) --! E0022
job:start("now") --! E0000
job:start() --! E0003
Job.new(5) --! E0000
print(job.name + {}) --! E0019
