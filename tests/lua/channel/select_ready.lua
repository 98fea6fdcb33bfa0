-- channel.select: the first ready case in array order; what the result says.
local a, b, c = channel.new(1), channel.new(1), channel.new(1)
b:send("from b")
c:send("from c")
local r = channel.select{a:case_receive(), b:case_receive(), c:case_receive()}
assert(r.channel == b and r.value == "from b" and r.ok == true and r.default == nil)
r = channel.select{c:case_receive(), a:case_send("to a")}
assert(r.channel == c and r.value == "from c")
r = channel.select{c:case_receive(), a:case_send("to a")}
assert(r.channel == a and r.ok == true and r.value == nil and a:receive() == "to a")
r = channel.select{a:case_receive(), default = true}
assert(r.default == true and r.ok == true and r.channel == nil)
r = channel.select({a:case_receive()}, true)
assert(r.default == true)
r = channel.select{default = true}
assert(r.default == true)
r = channel.select{a:case_send(nil), default = true}
assert(r.channel == a and select("#", a:receive()) == 2)
-- a closed channel is ready for ever
a:close()
for _ = 1, 2 do
  r = channel.select{b:case_receive(), a:case_receive()}
  assert(r.channel == a and r.value == nil and r.ok == false)
end
-- the same channel twice
local d = channel.new(1)
d:send(1)
r = channel.select{d:case_receive(), d:case_receive()}
assert(r.value == 1)
