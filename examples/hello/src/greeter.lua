local function main(caller)
    local greeted = 0
    local inbox = process.inbox()
    while true do
        local message = inbox:receive()
        if message:topic() == "done" then
            return greeted
        end
        local name = message:payload():data()
        greeted = greeted + 1
        process.send(caller, "greeting", "Hello, " .. name .. "!")
    end
end

return { main = main }
