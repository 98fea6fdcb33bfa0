-- Never ends and never waits; now and then it says that it got on.
local function main(home, number)
    local x = 0
    while true do
        for i = 1, 2000000 do
            x = (x + i) % 1000003
        end
        process.send(home, "beat", number)
    end
end

return {main = main}
