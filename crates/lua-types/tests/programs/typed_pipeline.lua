-- A generic pipeline class and result types, with optional hooks.
-- annotated
type Stage = { name: string, run: (any) -> any, on_error?: (string) -> any }
type Outcome = { ok: boolean, value: any, failed_at: string? }
type Report = readonly { runs: integer, failures: integer }

local Pipeline = {}
Pipeline.__index = Pipeline

function Pipeline.new()
    local stages: {Stage} = {}
    return setmetatable({ stages = stages, runs = 0, failures = 0 }, Pipeline)
end

function Pipeline:add(stage: Stage)
    self.stages[#self.stages + 1] = stage
    return self
end

function Pipeline:step(name: string, run: (any) -> any)
    return self:add({ name = name, run = run })
end

function Pipeline:run(input: any): Outcome
    local value = input
    self.runs = self.runs + 1
    for _, stage in ipairs(self.stages) do
        local ok, result = pcall(stage.run, value)
        if not ok then
            local recover = stage.on_error
            if not recover then
                self.failures = self.failures + 1
                return { ok = false, value = result, failed_at = stage.name }
            end
            result = recover(tostring(result))
        end
        value = result
    end
    return { ok = true, value = value }
end

function Pipeline:report(): Report
    return { runs = self.runs, failures = self.failures }
end

local function failure_rate(report: Report): number
    if report.runs == 0 then
        return 0
    end
    return report.failures / report.runs
end

local function where(outcome: Outcome): string
    if outcome.failed_at then
        return "failed at " .. outcome.failed_at
    end
    return "done"
end

local function numbers(): typeof(Pipeline.new())
    local p = Pipeline.new()
    p:step("trim", function(v) return (v:gsub("%s", "")) end)
    p:step("parse", function(v) return assert(tonumber(v), "no number") end)
    p:add({
        name = "invert",
        run = function(v)
            if v == 0 then
                error("zero", 0)
            end
            return 1 / v
        end,
        on_error = function(text) return text end,
    })
    return p
end

--@ run: local p = numbers()
--@ run: assert(p:run(" 4 ").value == 0.25 and p:run("0").value == "zero" and where(p:run("x")) == "failed at parse")
--@ run: assert(where(p:run("1")) == "done" and failure_rate(p:report()) == 0.25 and failure_rate({ runs = 0, failures = 0 }) == 0)
--@ twin E0021: "result = recover(tostring(result))" => "result = stage.on_error(tostring(result))"
--@ twin E0008: "return report.failures / report.runs" => "report.runs = 1 return report.failures / report.runs"
--@ twin E0019: "return "failed at " .. outcome.failed_at" => "return "failed at " .. outcome.ok"
--@ twin E0000: "return self:add({ name = name, run = run })" => "return self:add({ name = run, run = run })"
