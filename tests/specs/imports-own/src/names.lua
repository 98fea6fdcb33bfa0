local io, a, b, c = require("io"), require("a"), require("b"), require("c")

local function show(way)
  local function one(unit)
    local first, second = unit[way]()
    local found = second or first
    return type(found) == "table" and found.name or tostring(found)
  end
  io.print(way .. ": " .. one(a) .. ", " .. one(b))
end

return function()
  for _, way in ipairs{
    "early", "direct", "tail", "alias", "protected", "tail_protected", "nested", "handled", "wrapped", "twice_wrapped",
    "in_a_thread", "sorted", "replaced_text", "free", "free_value", "free_call", "unknown",
  } do
    show(way)
  end
  io.print("who imports nothing: " .. tostring(c.free()))
  -- What is there instead of the shared one is meant by all.
  b.set({name = "mock"})
  show("free")
  show("direct")
  io.print("who imports nothing: " .. tostring(c.free()))
  b.set(nil)
  show("free_value")
  return 0
end
