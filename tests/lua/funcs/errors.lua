-- funcs.call: failures of the callee keep kind, retryable and details; bad targets and arguments are told apart.
-- modules: funcs
local funcs = require("funcs")
local function failed(kind, part, ...)
  local got, err = funcs.call(...)
  assert(got == nil and type(err) == "userdata", tostring(got))
  assert(err:kind() == kind, err:kind() .. ": " .. err:message())
  assert(err:message():find(part, 1, true), err:message())
  return err
end
failed("Internal", "raised text", "test:fail", "raise text")
local err = failed("Conflict", "raised", "test:fail", "raise error", "Conflict")
assert(err:retryable() == true and err:details().n == 1) -- lint: ignore E0023
failed("Internal", "returned text", "test:fail", "return text")
assert(failed("NotFound", "returned", "test:fail", "return error", "NotFound"):retryable() == false)
failed("Internal", "", "test:fail", "raise table")
assert(funcs.call("test:fail", "return number") == "kept" and funcs.call("test:fail", "false") == false)
failed("NotFound", "test:nobody", "test:nobody")
failed("Invalid", "empty", "")
failed("Invalid", "namespace:name", "echo")
failed("Invalid", "", "test:") failed("Invalid", "", ":echo")
failed("Invalid", "argument", "test:echo", {print})
assert(not pcall(funcs.call) and not pcall(funcs.call, {})) -- lint: ignore E0000, E0003
