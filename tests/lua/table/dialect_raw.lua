-- Dialect: the table library reads and writes entries themselves, past metamethods; ipairs respects them.
local log = {}
local proxy = setmetatable({}, {
  __len = function() return 3 end,
  __index = function(_, k) return "v" .. k end,
  __newindex = function(_, k, v) log[#log + 1] = k .. "=" .. tostring(v) end,
})
assert(table.concat(proxy, ",") == "" and select("#", table.unpack(proxy)) == 0)
table.insert(proxy, "new")
assert(rawget(proxy, 1) == "new" and #log == 0 and #proxy == 3 and table.remove(proxy, 1) == "new" and rawget(proxy, 1) == nil and #log == 0)
local seen = 0
for i, v in ipairs(proxy) do seen = i assert(v == "v" .. i) if i == 5 then break end end
assert(seen == 5)
