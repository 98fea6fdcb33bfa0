-- events: patterns over systems and kinds.
-- modules: events
local events = require("events")
local function after(system, kind, sent, expected)
  local sub = assert(events.subscribe(system, kind))
  local mark = assert(events.subscribe("p.end"))
  for _, pair in ipairs(sent) do events.send(pair[1], pair[2], "/x") end
  events.send("p.end", "end", "/x")
  mark:channel():receive()
  local found = {}
  while true do
    local r = channel.select{sub:channel():case_receive(), default = true}
    if r.default then break end
    found[#found + 1] = r.value.kind
  end
  mark:close()
  sub:close()
  assert(table.concat(found, " ") == expected, system .. " " .. tostring(kind) .. ": " .. table.concat(found, " "))
end
local sent = {{"p", "a"}, {"p", "a.b"}, {"p", "a.b.c"}, {"p", "b"}, {"q", "a"}, {"p.sub", "s"}}
after("p", nil, sent, "a a.b a.b.c b")
after("p", "a", sent, "a")
after("p", "a.*", sent, "a.b a.b.c")
after("p", "a.**", sent, "a a.b a.b.c")
after("p", "*.b.c", sent, "a.b.c")
after("p", "(a|b)", sent, "a b")
after("(p|q)", "a", sent, "a a")
after("p*", "s", sent, "s")
after("p.*", "s", sent, "s")
