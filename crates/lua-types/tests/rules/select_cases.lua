-- What the cases of a channel.select tell of its result.
local inbox = process.inbox()
local events = process.events()
local words: channel.Channel<string> = channel.new(1)
local counts: channel.Channel<integer> = channel.new(1)
local unseen = select(1, ...)

-- one case
local only = channel.select({ words:case_receive() })
print(only.value:upper(), only.value + 1) --! E0019
if not only.ok then
    print(only.value:upper()) --! E0023
end
if only.ok == false then print(only.value, only.value:upper()) end --! E0023

-- a chain, and what its end leaves
local r = channel.select({ inbox:case_receive(), events:case_receive(), counts:case_receive() })
if r.channel == inbox then
    print(r.value:topic(), r.value:topics()) --! E0022
elseif events == r.channel then
    print(r.value.kind, r.value.knid) --! E0004
else
    print(r.value + 1, r.value:upper()) --! E0005
end
if r.channel == counts then
    print(r.value + 1, r.value:upper()) --! E0005
end
-- two are left: nothing is known
if r.channel ~= counts then print(r.value.anything) end

-- an early end
local function first()
    local s = channel.select({ words:case_receive(), counts:case_receive() })
    if s.channel ~= words then return s.value + 1 end
    return s.value:upper() .. s.value.length --! E0004
end
local function last()
    local s = channel.select({ words:case_receive(), counts:case_receive() })
    if s.channel == words then return s.value + 1 end --! E0019
    if not s.ok then return nil end
    return s.value + 1, s.value:upper() --! E0005
end

-- the channel in a local
local which = r.channel
if which == inbox then
    print(r.value:topic(), r.value:topics()) --! E0022
elseif which ~= events then
    print(r.value + 1, r.value:upper()) --! E0005
else
    print(r.value.kind, r.value.knid) --! E0004
end

-- the default
local d = channel.select({ words:case_receive(), default = true })
print(d.value.anything)
if d.default then
    print(d.value:upper()) --! E0023
else
    print(d.value:upper(), d.value + 1) --! E0019
end
local e = channel.select({ words:case_receive() }, true)
if e.default == true then return e.value.x end --! E0023
print(e.value:upper(), e.value + 1) --! E0019
local n = channel.select({ words:case_receive() }, false)
print(n.value + 1) --! E0019

-- cases that send leave no value
local sent = channel.select({ words:case_send("a"), counts:case_receive() })
if sent.channel == counts then
    print(sent.value + 1, sent.value:upper()) --! E0005
else
    print(sent.ok, sent.value:upper()) --! E0023
end
local both = channel.select({ words:case_send("a"), words:case_receive() })
if both.channel == words then print(both.value:upper()) end

-- cases that are not seen
local open = channel.select({ words:case_receive(), unseen })
print(open.value.anything)
if open.channel ~= words then print(open.value.anything) end
local cases = { words:case_receive() }
local all = channel.select(cases)
print(all.value.anything)

-- a result that changes
local again = channel.select({ words:case_receive() })
while again.ok do
    print(again.value)
    again = channel.select({ counts:case_receive() })
end
print(first, last, again.value)
while true do
    local turn = channel.select({ words:case_receive(), counts:case_receive() })
    if turn.channel == words then
        print(turn.value:upper())
    else
        print(turn.value + 1)
        break
    end
end
