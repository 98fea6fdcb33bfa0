-- process: `msg:payload():data()`, which needs no Payload object, and everything that a program can see of that.
local me = process.pid()
local inbox = process.inbox()
local function get(...)
    process.send(me, "m", ...)
    return inbox:receive()
end

-- opened twice it is the same table, in whatever way
local m = get({n = 1, text = "t"})
local first = m:payload():data()
assert(first.n == 1 and first.text == "t")
first.n = 2
assert(m:payload():data() == first and first.n == 2)
local p = m:payload()
assert(p == m:payload() and p:data() == first and p:get_format() == payload.format.LUA)
assert(m:payload():data() == first and m:payload():unmarshal() == first)

-- first the object, then both at once
m = get({1, 2, 3})
p = m:payload()
local list = m:payload():data()
assert(#list == 3 and p:data() == list and m:payload() == p)

-- all that fits into a small message, and what it stands for
for _, v in ipairs({1, -0.5, true, false, "", "a", ("x"):rep(5000), ("x"):rep(100000)}) do
    m = get(v)
    assert(m:payload():data() == v and m:payload():data() == v, tostring(v):sub(1, 20))
end
m = get(nil)
assert(m:payload():data() == nil and m:payload():data() == nil and m:payload():get_format() == payload.format.LUA)

-- what it is sent on as is what it was opened to
m = get({a = 1})
m:payload():data().a = 5
m = get(m:payload())
assert(m:payload():data().a == 5)

-- two calls where it is not one value of Lua
m = get({1}, {2})
assert(m:payload()[2]:data()[1] == 2 and m:payload()[1]:data()[1] == 1) -- lint: ignore E0018
m = get(payload.new({j = 1}):transcode(payload.format.JSON))
assert(m:payload():get_format() == payload.format.JSON and m:payload():data().j == 1)
assert(m:payload():data() == m:payload():data())
m = get(errors.new("lost"))
assert(m:payload():data():message() == "lost")
m = get({deep = {er = {1}}})
assert(m:payload():data().deep.er[1] == 1)
local long = {}
for i = 1, 5000 do long[i] = i end
m = get(long)
assert(#m:payload():data() == 5000 and m:payload():data()[5000] == 5000)

-- results that are not wanted, wanted twice, and in the midst of an expression
m = get(7)
m:payload():data()
local one, two = m:payload():data()
assert(one == 7 and two == nil and m:payload():data() + m:payload():data() == 14)
assert(select("#", m:payload():data()) == 1)

-- with arguments, or with another receiver, it is two calls
m = get({x = 1})
assert(m:payload():data(1).x == 1) -- lint: ignore E0003
local other = {payload = function() return {data = function() return "mine" end} end}
assert(other:payload():data() == "mine")

-- without a value there is nothing to open: the mistake is that of the second call, in its line
process.send(me, "m")
m = inbox:receive()
local ok, err = pcall(function()
    return m:payload()
        :data()
end)
assert(not ok and tostring(err):find("nil"), tostring(err))
ok, err = pcall(function() return m.payload({}):data() end) -- lint: ignore E0000
assert(not ok and tostring(err):find("Message"), tostring(err))

-- a table that lost nearly all of its entries is small, but copied in steps: nobody sees it before it is whole
local thin = {}
for i = 1, 3000 do thin["k" .. i] = i end
for i = 1, 3000 do if i ~= 7 then thin["k" .. i] = nil end end
m = get(thin)
local d = m:payload():data()
assert(d.k7 == 7)
d.k7 = 8
local count = 0
for _ in pairs(d) do count = count + 1 end
assert(count == 1 and d.k7 == 8)
m = get(thin)
m = get(m:payload():data())
assert(m:payload():data().k7 == 7)
