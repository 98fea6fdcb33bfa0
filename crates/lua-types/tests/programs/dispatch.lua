-- A command interpreter with a dispatch table, aliases and usage texts.
local Shell = {}
Shell.__index = Shell

local commands = {}
local aliases = { q = "quit", ls = "list", rm = "remove" }

function Shell.new()
    return setmetatable({ vars = {}, output = {}, running = true }, Shell)
end

function Shell:print(fmt, ...)
    self.output[#self.output + 1] = fmt:format(...)
end

commands.set = {
    usage = "set NAME VALUE",
    min = 2,
    run = function(shell, name, value)
        shell.vars[name] = value
        shell:print("%s = %s", name, value)
    end,
}

commands.list = {
    usage = "list",
    min = 0,
    run = function(shell)
        local names = {}
        for name in pairs(shell.vars) do
            names[#names + 1] = name
        end
        table.sort(names)
        shell:print("%d: %s", #names, table.concat(names, " "))
    end,
}

commands.remove = {
    usage = "remove NAME",
    min = 1,
    run = function(shell, name)
        if shell.vars[name] == nil then
            return nil, "no variable " .. name
        end
        shell.vars[name] = nil
        return true
    end,
}

commands.quit = {
    usage = "quit",
    min = 0,
    run = function(shell)
        shell.running = false
    end,
}

local function words(line)
    local list = {}
    for word in line:gmatch("%S+") do
        list[#list + 1] = word
    end
    return list
end

function Shell:execute(line)
    local args = words(line)
    local name = table.remove(args, 1)
    if name == nil then
        return true
    end
    local command = commands[aliases[name] or name]
    if not command then
        return false, "unknown command " .. name
    end
    if #args < command.min then
        return false, "usage: " .. command.usage
    end
    local _, err = command.run(self, table.unpack(args))
    if err then
        return false, err
    end
    return true
end

function Shell:run_all(lines)
    local problems = 0
    for _, line in ipairs(lines) do
        if not self.running then
            break
        end
        local ok, err = self:execute(line)
        if not ok then
            problems = problems + 1
            self:print("! %s", err)
        end
    end
    return problems
end

--@ run: local sh = Shell.new()
--@ run: assert(sh:run_all({ "set a 1", "set b", "", "ls", "rm x", "foo", "q", "ls" }) == 3)
--@ run: assert(table.concat(sh.output, "|") == "a = 1|! usage: set NAME VALUE|1: a|! no variable x|! unknown command foo")
--@ twin E0022: "local ok, err = self:execute(line)" => "local ok, err = self:exec(line)"
--@ twin E0019: "problems = problems + 1" => "problems = problems + self.output"
--@ twin E0001: "local args = words(line)" => "local args = wrds(line)"
--@ twin E0002: "return problems" => "return problems()"
