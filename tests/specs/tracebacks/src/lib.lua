local M = {}

function M.fail(what)
  error(what or "failed")
end

function M.object()
  return errors.new({ message = "refused", kind = errors.CONFLICT })
end

function M.tail(what)
  return M.fail(what)
end

local mt = { __index = function(_, key) error("no field " .. key) end }
M.strict = setmetatable({}, mt)

return M
