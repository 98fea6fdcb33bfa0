-- A finite state machine with transitions, guards and hooks in tables.
local Machine = {}
Machine.__index = Machine

function Machine.new(spec)
    local self = setmetatable({}, Machine)
    self.state = spec.initial or "idle"
    self.transitions = {}
    self.hooks = {}
    self.trace = { self.state }
    for _, t in ipairs(spec.transitions or {}) do
        self:add(t.from, t.event, t.to, t.guard)
    end
    return self
end

function Machine:add(from, event, to, guard)
    self.transitions[from .. "/" .. event] = { to = to, guard = guard }
end

function Machine:on_enter(state, fn)
    self.hooks[state] = fn
    return self
end

function Machine:can(event)
    return self.transitions[self.state .. "/" .. event] ~= nil
end

function Machine:fire(event, ...)
    local t = self.transitions[self.state .. "/" .. event]
    if not t then
        return false, string.format("no %s in state %s", event, self.state)
    end
    if t.guard and not t.guard(...) then
        return false, "refused by guard"
    end
    self.state = t.to
    self.trace[#self.trace + 1] = t.to
    local hook = self.hooks[t.to]
    if hook then
        hook(event, ...)
    end
    return true
end

local function light()
    local entered = { green = 0, red = 0 }
    local machine = Machine.new({
        initial = "red",
        transitions = {
            { from = "red", event = "go", to = "green" },
            { from = "green", event = "slow", to = "yellow" },
            { from = "yellow", event = "stop", to = "red", guard = function(speed) return speed < 10 end },
        },
    })
    machine:on_enter("green", function() entered.green = entered.green + 1 end)
    machine:on_enter("red", function() entered.red = entered.red + 1 end)
    return machine, entered
end

local function history(machine)
    return table.concat(machine.trace, ">")
end

--@ run: local m, seen = light()
--@ run: assert(m:can("go") and m:fire("go") and m:fire("slow"))
--@ run: local ok, why = m:fire("stop", 50)
--@ run: assert(not ok and why == "refused by guard")
--@ run: assert(m:fire("stop", 5) and seen.red == 1 and seen.green == 1)
--@ run: assert(history(m) == "red>green>yellow>red")
--@ run: ok, why = m:fire("slow")
--@ run: assert(not ok and why == "no slow in state red")
--@ twin E0004: "return self.transitions[self.state .. "/" .. event] ~= nil" => "return self.transition[self.state .. "/" .. event] ~= nil"
--@ twin E0022: "self:add(t.from, t.event, t.to, t.guard)" => "self:ad(t.from, t.event, t.to, t.guard)"
--@ twin E0004: "machine:on_enter("green", function() entered.green = entered.green + 1 end)" => "machine:on_enter("green", function() entered.green = entered.gren + 1 end)"
--@ twin E0022: "machine:on_enter("red", function() entered.red = entered.red + 1 end)" => "machine:on_entr("red", function() entered.red = entered.red + 1 end)"
