-- Resolves dependencies of build targets in order and finds cycles.
local Graph = {}
Graph.__index = Graph

function Graph.new()
    return setmetatable({ targets = {}, order = {} }, Graph)
end

function Graph:target(name, deps, action)
    if self.targets[name] then
        error("target " .. name .. " is declared twice")
    end
    self.targets[name] = { name = name, deps = deps or {}, action = action, state = "new" }
    self.order[#self.order + 1] = name
    return self
end

local function visit(graph, name, trail, out)
    local target = graph.targets[name]
    if not target then
        return "unknown target " .. name
    end
    if target.state == "done" then
        return nil
    end
    trail[#trail + 1] = name
    if target.state == "busy" then
        return "cycle: " .. table.concat(trail, " -> ")
    end
    target.state = "busy"
    for _, dep in ipairs(target.deps) do
        local problem = visit(graph, dep, trail, out)
        if problem then
            return problem
        end
    end
    target.state = "done"
    trail[#trail] = nil
    out[#out + 1] = target
    return nil
end

function Graph:plan(goal)
    local out = {}
    for _, target in pairs(self.targets) do
        target.state = "new"
    end
    local problem = visit(self, goal, {}, out)
    if problem then
        return nil, problem
    end
    return out
end

function Graph:build(goal)
    local plan, err = self:plan(goal)
    if not plan then
        return false, err
    end
    local done = {}
    for i = 1, #plan do
        local target = plan[i]
        if target.action then
            target.action(target.name)
        end
        done[#done + 1] = target.name
    end
    return true, table.concat(done, " ")
end

--@ run: local g, ran = Graph.new(), 0
--@ run: g:target("app", { "lib", "res" }, function() ran = ran + 1 end):target("lib", { "core" }):target("res"):target("core")
--@ run: local ok, text = g:build("app")
--@ run: assert(ok and text == "core lib res app" and ran == 1)
--@ run: g:target("a", { "b" }):target("b", { "a" }):target("c", { "zzz" })
--@ run: ok, text = g:build("a")
--@ run: assert(not ok and text == "cycle: a -> b -> a")
--@ run: ok, text = g:build("c")
--@ run: assert(not ok and text == "unknown target zzz" and not pcall(g.target, g, "a"))
--@ twin E0022: "local plan, err = self:plan(goal)" => "local plan, err = self:plann(goal)"
--@ twin E0004: "self.order[#self.order + 1] = name" => "self.order[#self.ordr + 1] = name"
--@ twin E0001: "local problem = visit(self, goal, {}, out)" => "local problem = vist(self, goal, {}, out)"
--@ twin E0000: "return true, table.concat(done, " ")" => "return true, table.concat(true, " ")"
