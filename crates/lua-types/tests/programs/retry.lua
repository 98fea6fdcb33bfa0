-- Retries with exponential backoff around functions that return a value or an error.
local retry = {}

retry.DEFAULTS = { attempts = 3, delay = 100, factor = 2, max_delay = 1000 }

function retry.delays(opts)
    opts = opts or {}
    local attempts = opts.attempts or retry.DEFAULTS.attempts
    local delay = opts.delay or retry.DEFAULTS.delay
    local factor = opts.factor or retry.DEFAULTS.factor
    local cap = opts.max_delay or retry.DEFAULTS.max_delay
    local list = {}
    for i = 1, attempts - 1 do
        list[i] = math.min(delay, cap)
        delay = delay * factor
    end
    return list
end

function retry.call(fn, opts, sleep)
    local delays = retry.delays(opts)
    local attempt = 0
    while true do
        attempt = attempt + 1
        local value, err, fatal = fn(attempt)
        if err == nil then
            return value, nil, attempt
        end
        local delay = delays[attempt]
        if fatal or delay == nil then
            return nil, err, attempt
        end
        if sleep then
            sleep(delay)
        end
    end
end

function retry.wrap(fn, opts)
    return function(...)
        local args, n = { ... }, select("#", ...)
        return retry.call(function()
            return fn(table.unpack(args, 1, n))
        end, opts)
    end
end

local function flaky(failures)
    local calls = 0
    return function()
        calls = calls + 1
        if calls <= failures then
            return nil, "attempt " .. calls .. " failed"
        end
        return calls
    end
end

local function total(list)
    local sum = 0
    for _, v in ipairs(list) do
        sum = sum + v
    end
    return sum
end

--@ run: local slept = {}
--@ run: local v, err, n = retry.call(flaky(2), nil, function(d) slept[#slept + 1] = d end)
--@ run: assert(v == 3 and err == nil and n == 3 and total(slept) == 300)
--@ run: v, err, n = retry.call(flaky(9), { attempts = 2 })
--@ run: assert(v == nil and err == "attempt 2 failed" and n == 2)
--@ run: local add = retry.wrap(function(a, b) return a + b end)
--@ run: assert(add(1, 2) == 3)
--@ run: assert(total(retry.delays({ attempts = 6 })) == 100 + 200 + 400 + 800 + 1000)
--@ twin E0004: "local delays = retry.delays(opts)" => "local delays = retry.delay(opts)"
--@ twin E0004: "local cap = opts.max_delay or retry.DEFAULTS.max_delay" => "local cap = retry.DEFAULTS.maximum"
--@ twin E0019: "calls = calls + 1" => "calls = calls + nil"
--@ twin E0003: "list[i] = math.min(delay, cap)" => "list[i] = math.min()"
