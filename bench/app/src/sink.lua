-- Opens what it gets; after each BATCH messages it tells HOME so.
local function main(home, batch)
    local inbox = process.inbox()
    local got = 0
    while true do
        local msg, ok = inbox:receive()
        if not ok or msg:topic() == "stop" then
            return
        end
        local body = msg:payload():data()
        got = got + 1
        if got % batch == 0 then
            process.send(home, "took", #body.field_1)
        end
    end
end

return {main = main}
