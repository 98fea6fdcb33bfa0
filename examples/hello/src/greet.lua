local io = require("io")

local function main(...)
    local names = { ... }
    if #names == 0 then
        names = { "world" }
    end

    local greetings = process.listen("greeting")
    local greeter, err = process.spawn_monitored("app:greeter", "app:processes", process.pid())
    if err then
        error(err)
    end
    for _, name in ipairs(names) do
        process.send(greeter, "name", name)
    end
    process.send(greeter, "done")

    -- Greetings come one by one; the greeter's end comes after them.
    local events = process.events()
    while true do
        local got = channel.select({ greetings:case_receive(), events:case_receive() })
        if got.channel == greetings then
            io.print(got.value)
        elseif got.value.kind == process.event.EXIT then
            io.print(("The greeter has greeted %d and is gone."):format(got.value.result.value))
            return 0
        end
    end
end

return { main = main }
