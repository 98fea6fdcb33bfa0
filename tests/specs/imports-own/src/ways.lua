local early = helper.name

local function thread() return require("helper").name end

return {
  early = function() return early end,
  direct = function() return require("helper").name end,
  tail = function() return require("helper") end,
  alias = function() local get = require return get("helper").name end,
  protected = function() local _, found = pcall(require, "helper") return found.name end,
  tail_protected = function() return pcall(require, "helper") end,
  nested = function() local _, _, found = pcall(pcall, require, "helper") return found.name end,
  handled = function() local _, found = xpcall(function() error("helper", 0) end, require) return found.name end,
  wrapped = function() return coroutine.wrap(require)("helper").name end,
  twice_wrapped = function() return coroutine.wrap(coroutine.wrap(require))("helper").name end,
  in_a_thread = function() return coroutine.wrap(thread)() end,
  sorted = function()
    local found
    table.sort({1, 2}, function() found = require("helper").name return false end)
    return found
  end,
  replaced_text = function() return (("helper"):gsub("%w+", function(name) return require(name).name end)) end,
  free = function() return helper.name end,
  free_value = function() return helper end,
  free_call = function() return select(1, helper).name end,
  set = function(value) helper = value end,
  unknown = function() return pcall(require, "unknown") end,
}
