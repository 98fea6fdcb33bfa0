-- Where an error was made: frames, innermost first, and the text of the stack.
local function make() return errors.new("here") end
local e = make()
local stack = errors.call_stack(e)
assert(type(stack.thread) == "string" and #stack.frames >= 1) -- lint: ignore E0023
local f = stack.frames[1]
assert(type(f.source) == "string" and f.line >= 2 and type(f.name) == "string" and type(f.level) == "number" and type(f.type) == "string")
assert(e:stack():find("^here") and e:stack():find("\n", 1, true))
assert(errors.call_stack("text") == nil and errors.call_stack(nil) == nil)
