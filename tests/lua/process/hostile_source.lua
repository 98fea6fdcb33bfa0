-- Code that nests without end is refused with its place, whatever it is made of; nothing else is hurt.
-- modules: registry, funcs
local registry, funcs = require("registry"), require("funcs")
local deep = {
  parentheses = "return " .. ("("):rep(100000) .. "1" .. (")"):rep(100000),
  braces = "return " .. ("{"):rep(100000) .. ("}"):rep(100000),
  functions = "return " .. ("function() return "):rep(100000) .. "1" .. (" end"):rep(100000),
  fields = "local a = {} return a" .. (".b"):rep(100000),
  calls = "return f" .. ("()"):rep(100000),
  concatenation = "return 'a'" .. ("..'a'"):rep(100000),
  sums = "return 1" .. ("+1"):rep(100000),
  powers = "return 1" .. ("^1"):rep(100000),
  negation = "return " .. ("not "):rep(100000) .. "1",
  minus = "return " .. ("- "):rep(100000) .. "1",
  blocks = ("do "):rep(100000) .. ("end "):rep(100000),
  conditions = ("if x then "):rep(100000) .. ("end "):rep(100000),
  unclosed = ("("):rep(100000),
  types = "local x: " .. ("{"):rep(100000) .. "number" .. ("}"):rep(100000) .. " = 1",
  optional = "local x: number" .. ("?"):rep(100000) .. " = 1",
  casts = "return 1" .. (" as number"):rep(100000),
}
for name, source in pairs(deep) do
  local id = "hostile:" .. name
  local applied, err = registry.snapshot():changes():create{id = id, kind = "function.lua", data = {source = source}}:apply()
  assert(applied == nil and errors.is(err, errors.INVALID), name .. ": " .. tostring(err))
  local text = err:message()
  assert(text:find(id, 1, true) and (text:find("deeper than", 1, true) or text:find("chain of more", 1, true) or text:find("too many registers", 1, true)), text:sub(1, 300))
end
assert(registry.snapshot():changes():create{id = "hostile:long", kind = "function.lua", data = {source = "if a then " .. ("elseif a then "):rep(100000) .. "end return function() return #'" .. ("a"):rep(5000000) .. "' end"}}:apply())
assert(funcs.call("hostile:long") == 5000000)
