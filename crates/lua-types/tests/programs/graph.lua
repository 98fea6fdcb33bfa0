-- An undirected weighted graph with breadth-first search and Dijkstra.
local Graph = {}
Graph.__index = Graph

function Graph.new()
    return setmetatable({ edges = {}, nodes = 0 }, Graph)
end

function Graph:node(name)
    local out = self.edges[name]
    if out == nil then
        out = {}
        self.edges[name] = out
        self.nodes = self.nodes + 1
    end
    return out
end

function Graph:connect(a, b, weight)
    local from, to = self:node(a), self:node(b)
    from[b] = weight or 1
    to[a] = weight or 1
    return self
end

function Graph:neighbours(name)
    local names = {}
    for other in pairs(self.edges[name] or {}) do
        names[#names + 1] = other
    end
    table.sort(names)
    return names
end

function Graph:bfs(start)
    local order, seen, queue = {}, { [start] = true }, { start }
    local at = 1
    while at <= #queue do
        local name = queue[at]
        at = at + 1
        order[#order + 1] = name
        for _, other in ipairs(self:neighbours(name)) do
            if not seen[other] then
                seen[other] = true
                queue[#queue + 1] = other
            end
        end
    end
    return order
end

function Graph:shortest(from, to)
    local dist, done = { [from] = 0 }, {}
    while true do
        local best, best_dist = nil, math.huge
        for name, d in pairs(dist) do
            if not done[name] and d < best_dist then
                best, best_dist = name, d
            end
        end
        if best == nil then
            return nil
        end
        if best == to then
            return best_dist
        end
        done[best] = true
        for other, weight in pairs(self.edges[best] or {}) do
            local candidate = best_dist + weight
            if candidate < (dist[other] or math.huge) then
                dist[other] = candidate
            end
        end
    end
end

--@ run: local g = Graph.new():connect("a", "b", 4):connect("a", "c", 1):connect("c", "b", 2):connect("b", "d", 5)
--@ run: assert(g.nodes == 4)
--@ run: assert(table.concat(g:bfs("a"), "") == "abcd")
--@ run: assert(g:shortest("a", "d") == 8 and g:shortest("a", "z") == nil)
--@ twin E0004: "self.nodes = self.nodes + 1" => "self.nodes = self.node_count + 1"
--@ twin E0022: "for _, other in ipairs(self:neighbours(name)) do" => "for _, other in ipairs(self:neighbors(name)) do"
--@ twin E0019: "local candidate = best_dist + weight" => "local candidate = done + weight"
--@ twin E0001: "if candidate < (dist[other] or math.huge) then" => "if candidat < (dist[other] or math.huge) then"
