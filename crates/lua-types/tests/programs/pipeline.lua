-- A pipeline of coroutines joined by channels: source, stages in parallel, sink.
local function source(list)
    local out = channel.new(2)
    coroutine.spawn(function()
        for i = 1, #list do
            out:send(list[i])
        end
        out:close()
    end)
    return out
end

local function stage(input, fn)
    local out = channel.new(2)
    coroutine.spawn(function()
        while true do
            local value, ok = input:receive()
            if not ok then
                break
            end
            local result = fn(value)
            if result ~= nil then
                out:send(result)
            end
        end
        out:close()
    end)
    return out
end

local function merge(inputs)
    local out = channel.new(#inputs)
    local finished = channel.new(#inputs)
    for _, input in ipairs(inputs) do
        coroutine.spawn(function()
            while true do
                local value, ok = input:receive()
                if not ok then
                    break
                end
                out:send(value)
            end
            finished:send(true)
        end)
    end
    coroutine.spawn(function()
        for _ = 1, #inputs do
            finished:receive()
        end
        out:close()
    end)
    return out
end

local function sink(input)
    local values = {}
    while true do
        local value, ok = input:receive()
        if not ok then
            return values
        end
        values[#values + 1] = value
    end
end

local function first(a, b)
    local result = channel.select({ a:case_receive(), b:case_receive() })
    return result.value, result.channel == a and "a" or "b"
end

local function try_receive(input)
    local result = channel.select({ input:case_receive() }, true)
    if result.default then
        return nil, "empty"
    end
    if not result.ok then
        return nil, "closed"
    end
    return result.value
end

local function word_lengths(text)
    local words = {}
    for word in text:gmatch("%a+") do
        words[#words + 1] = word
    end
    local lengths = stage(source(words), function(word)
        return #word > 2 and #word or nil
    end)
    return sink(lengths)
end

--@ run: assert(table.concat(word_lengths("a quick brown fox is on"), ",") == "5,5,3")
--@ run: local both = sink(merge({ source({ 1, 2 }), source({ 3, 4 }) }))
--@ run: table.sort(both)
--@ run: assert(table.concat(both, "") == "1234")
--@ run: local a, b = channel.new(1), channel.new(1)
--@ run: b:send(7)
--@ run: local value, name = first(a, b)
--@ run: assert(value == 7 and name == "b" and select(2, try_receive(a)) == "empty")
--@ run: a:close()
--@ run: assert(select(2, try_receive(a)) == "closed")
--@ twin E0022: "out:send(list[i])" => "out:push(list[i])"
--@ twin E0022: "finished:send(true)" => "finished:sent(true)"
--@ twin E0004: "local finished = channel.new(#inputs)" => "local finished = channel.make(#inputs)"
