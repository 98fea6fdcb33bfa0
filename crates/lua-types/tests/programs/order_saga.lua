-- Calls functions in order and undoes what was done when one of them fails.
-- modules: funcs
local funcs = require("funcs")

local Saga = {}
Saga.__index = Saga

function Saga.new(context)
    local self = setmetatable({}, Saga)
    local executor, err = funcs.new():with_context(context or {})
    if err then
        error(err)
    end
    self.executor = executor
    self.steps = {}
    self.log = {}
    return self
end

function Saga:step(name, target, undo)
    self.steps[#self.steps + 1] = { name = name, target = target, undo = undo }
    return self
end

function Saga:note(fmt, ...)
    self.log[#self.log + 1] = string.format(fmt, ...)
end

function Saga:undo(done)
    for i = #done, 1, -1 do
        local step = done[i]
        if step.undo then
            local _, err = self.executor:call(step.undo, step.result)
            self:note("undo %s%s", step.name, err and " failed" or "")
        end
    end
end

function Saga:run(input)
    local done = {}
    local value = input
    for _, step in ipairs(self.steps) do
        local result, err = self.executor:call(step.target, value)
        if err then
            self:note("%s: %s", step.name, err:message())
            self:undo(done)
            return nil, err
        end
        self:note("%s", step.name)
        done[#done + 1] = { name = step.name, undo = step.undo, result = result }
        value = result
    end
    return value
end

local function parallel(targets, input)
    local futures, results = {}, {}
    for i, target in ipairs(targets) do
        local future, err = funcs.async(target, input)
        if not future then
            return nil, err
        end
        futures[i] = future
    end
    for i = 1, #futures do
        local future = futures[i]
        future:channel():receive()
        local result, err = future:result()
        if err then
            results[i] = err:kind()
        else
            results[i] = result and result:data()
        end
    end
    return results
end

--@ run: local saga = Saga.new({ tenant = "t" }):step("reserve", "test:echo", "test:echo"):step("pay", "test:fail")
--@ run: local value, err = saga:run({ sku = "x" })
--@ run: assert(value == nil and err and err:kind() == errors.UNAVAILABLE)
--@ run: assert(table.concat(saga.log, "|") == "reserve|pay: down|undo reserve")
--@ run: local list = assert(parallel({ "test:echo", "test:fail" }, 7))
--@ run: assert(list[1] == 7 and list[2] == "Unavailable")
--@ twin E0004: "local future, err = funcs.async(target, input)" => "local future, err = funcs.start(target, input)"
--@ twin E0022: "future:channel():receive()" => "future:channel():get()"
--@ twin E0022: "self:undo(done)" => "self:rollback(done)"
--@ twin E0022: "self:note("%s: %s", step.name, err:message())" => "self:note("%s: %s", step.name, err:text())"
