-- E0021: calls of what may be nil.
type Hooks = { before?: () -> (), after: (() -> ())? }
local function run(hooks: Hooks, done: (() -> ())?)
    hooks.before() --! E0021
    hooks.after() --! E0021
    done() --! E0021
    if hooks.before then
        hooks.before()
    end
    local after = hooks.after
    if after then after() end
    if not done then return end
    done()
end
run({ after = nil })

local handlers: {[string]: () -> number} = {}
handlers.x() --! E0021
local h = handlers.y
if h then print(h()) end
print(handlers.z and handlers.z())
handlers.w = function() return 1 end
print(handlers.w())
