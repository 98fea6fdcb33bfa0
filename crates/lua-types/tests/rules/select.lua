-- channel.select: the channel tells what the value is.
local inbox = process.inbox()
local lifecycle = process.events()
local numbers = channel.new(1)

local r = channel.select({ inbox:case_receive(), lifecycle:case_receive() })
if r.channel == inbox then
    print(r.value:topic(), r.value:payload(), r.ok)
elseif r.channel == lifecycle then
    print(r.value.kind == process.event.EXIT, r.value.from)
end

local s = channel.select({ numbers:case_receive(), default = true })
if s.default then print("nothing") end
local t = channel.select({ numbers:case_send(1) }, true)
print(t.ok, t.default, t.channel)
print(t.chanel) --! E0004
channel.select() --! E0003
channel.select(5) --! E0000
channel.select({ inbox:case_recieve() }) --! E0022
numbers:send()
numbers:send(1)
local v, ok = numbers:receive()
if ok then print(v) end
local flag: boolean = ok
local wrong: string = ok --! E0000
numbers:close()
numbers:close(1) --! E0003
channel.new("x") --! E0000
print(flag, wrong)
