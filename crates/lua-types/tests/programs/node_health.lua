-- Collects the health of the node and judges it by thresholds.
-- modules: system, time
local system = require("system")
local time = require("time")

local LIMITS = { heap = 4 * 1024 * 1024 * 1024, tasks = 100000 }

local function mebibytes(bytes)
    return string.format("%.1f MiB", bytes / (1024 * 1024))
end

local checks = {}

checks.memory = function()
    local used, err = system.memory.allocated()
    if not used then
        return false, tostring(err)
    end
    return used < LIMITS.heap, mebibytes(used)
end

checks.tasks = function()
    local count = system.runtime.goroutines()
    if count == nil then
        return false, "unknown"
    end
    return count < LIMITS.tasks, count .. " tasks"
end

checks.hosts = function()
    local hosts, err = system.hosts.list()
    if not hosts then
        return false, tostring(err)
    end
    local waiting = 0
    for _, host in ipairs(hosts) do
        waiting = waiting + host.queue_depth
    end
    return #hosts > 0, waiting .. " waiting"
end

local function run_check(name)
    local check = checks[name]
    if not check then
        return { name = name, ok = false, text = "no such check" }
    end
    local started = time.now()
    local ok, text = check()
    local took = time.now():sub(started)
    return { name = name, ok = ok, text = text, ms = took:milliseconds() }
end

local function report(names)
    local results, healthy = {}, true
    for i, name in ipairs(names) do
        local result = run_check(name)
        results[i] = result
        healthy = healthy and result.ok
    end
    return results, healthy
end

local function render(results)
    local lines = {}
    for _, r in ipairs(results) do
        lines[#lines + 1] = string.format("%-8s %s %s", r.name, r.ok and "ok" or "BAD", r.text)
    end
    return table.concat(lines, "\n")
end

--@ run: local results, healthy = report({ "memory", "tasks", "hosts" })
--@ run: assert(healthy and #results == 3, render(results))
--@ run: results, healthy = report({ "disk" })
--@ run: assert(not healthy and render(results) == "disk     BAD no such check")
--@ twin E0004: "local count = system.runtime.goroutines()" => "local count = system.runtime.coroutines()"
--@ twin E0004: "waiting = waiting + host.queue_depth" => "waiting = waiting + host.queue_length"
--@ twin E0022: "return { name = name, ok = ok, text = text, ms = took:milliseconds() }" => "return { name = name, ok = ok, text = text, ms = took:millis() }"
--@ twin E0000: "return used < LIMITS.heap, mebibytes(used)" => "return used < LIMITS.heap, string.rep("#", {})"
