-- funcs.call: values there and back, copied; the result or nil and an error.
-- modules: funcs
local funcs = require("funcs")
for _, v in ipairs{1, 1.5, "text", "a\xff", true, 9007199254740993} do
  local got, err = funcs.call("test:echo", v)
  assert(got == v and math.type(got) == math.type(v) and err == nil)
end
assert(funcs.call("test:echo", nil) == nil and funcs.call("test:echo", false) == false)
local t = {list = {1, {2}}, deep = {a = {b = "c"}}}
t.me = t
local back = funcs.call("test:echo", t)
assert(back ~= t and back.me == back and back.list[2][1] == 2 and back.deep.a.b == "c")
local many = funcs.call("test:echo", 1, nil, "three", nil)
assert(many.n == 4 and many[1] == 1 and many[2] == nil and many[3] == "three")
assert(funcs.call("test:echo").n == 0)
assert(funcs.call("test:nested", 40) == 40)
