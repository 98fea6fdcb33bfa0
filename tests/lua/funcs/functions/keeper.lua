-- keeps what it is given, in globals and in tables of the library tables' users.
-- pool: inline
-- modules: json
local what, value = ...
KEPT = KEPT or { calls = 0, values = {}, channel = channel.new(4) }
KEPT.calls = KEPT.calls + 1
if what == "put" then
  KEPT.values[#KEPT.values + 1] = value
  KEPT.channel:send(value)
elseif what == "clear" then
  KEPT.values = {}
  while not channel.select({ KEPT.channel:case_receive(), default = true }).default do end
elseif what == "get" then
  local texts = {}
  for i, v in ipairs(KEPT.values) do texts[i] = json.encode(v) end
  return table.concat(texts, " ")
elseif what == "take" then
  return KEPT.channel:receive()
elseif what == "raise" then
  KEPT.values[1] = "changed before the raise"
  error({ calls = KEPT.calls })
elseif what == "spin" then
  local n = 0
  for i = 1, value do
    KEPT.sum = (KEPT.sum or 0) + i
    n = n + #KEPT.values
  end
  return KEPT.sum
end
return KEPT.calls
