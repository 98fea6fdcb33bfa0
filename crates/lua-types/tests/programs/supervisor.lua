-- A process that starts children, watches them and starts them again a few times.
local Supervisor = {}
Supervisor.__index = Supervisor

function Supervisor.new(opts)
    opts = opts or {}
    local self = setmetatable({}, Supervisor)
    self.host = opts.host or "test:processes"
    self.max_restarts = opts.max_restarts or 2
    self.children = {}
    self.alive = 0
    self.restarts = 0
    self.log = {}
    return self
end

function Supervisor:note(...)
    self.log[#self.log + 1] = table.concat({ ... }, " ")
end

function Supervisor:start(spec)
    local pid, err = process.spawn_monitored(spec.id, self.host, table.unpack(spec.args or {}))
    if not pid then
        self:note("cannot start", spec.name, tostring(err))
        return nil
    end
    self.children[pid] = spec
    self.alive = self.alive + 1
    self:note("started", spec.name)
    return pid
end

function Supervisor:on_exit(event)
    local spec = self.children[event.from]
    if not spec then
        return
    end
    self.children[event.from] = nil
    self.alive = self.alive - 1
    local failed = event.result and event.result.error
    self:note(failed and "failed" or "ended", spec.name)
    if failed and spec.restart ~= false and self.restarts < self.max_restarts then
        self.restarts = self.restarts + 1
        self:start(spec)
    end
end

function Supervisor:stop_all(reason)
    for pid in pairs(self.children) do
        local ok, err = process.cancel(pid, reason)
        if not ok then
            self:note("cannot stop", tostring(err))
        end
    end
end

function Supervisor:run(specs)
    for _, spec in ipairs(specs) do
        self:start(spec)
    end
    local lifecycle = process.events()
    while self.alive > 0 do
        local event, ok = lifecycle:receive()
        if not ok then
            break
        end
        if event.kind == process.event.EXIT then
            self:on_exit(event)
        elseif event.kind == process.event.CANCEL then
            self:stop_all("supervisor is canceled")
        end
    end
    return self.restarts
end

--@ run: local s = Supervisor.new()
--@ run: assert(s:run({ { name = "bad", id = "test:child", args = { false, "fail" } }, { name = "none", id = "no:such" } }) == 2)
--@ run: assert(s.log[1] == "started bad" and s.log[#s.log] == "failed bad" and #s.log == 7)
--@ run: local w = Supervisor.new({ max_restarts = 0 })
--@ run: assert(w:start({ name = "w", id = "test:child", args = { false, "wait" } }) and w.alive == 1)
--@ run: w:stop_all("enough")
--@ run: assert(w:run({}) == 0 and w.alive == 0)
--@ twin E0004: "local pid, err = process.spawn_monitored(spec.id, self.host, table.unpack(spec.args or {}))" => "local pid, err = process.spawn_watched(spec.id, self.host, table.unpack(spec.args or {}))"
--@ twin E0004: "self.alive = self.alive - 1" => "self.alive = self.live - 1"
--@ twin E0022: "self:stop_all("supervisor is canceled")" => "self:cancel_all("supervisor is canceled")"
--@ twin E0000: "local ok, err = process.cancel(pid, reason)" => "local ok, err = process.cancel(5, reason)"
