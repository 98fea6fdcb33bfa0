-- `function` as a type: any function, called with anything.
local any: function = print
local other: function = function(a: number): string return "x" .. a end
local wrong: function = 5 --! E0000
local text: string = any("a", 1, {})
local exact: (number) -> string = any
local function run(f: function, g: function?): function
    f(1, 2, 3)
    g(1) --! E0021
    if g then g() end
    return f
end
run(print, tostring)
run(function(a, b) return a + b end)
run() --! E0003
run("print") --! E0000
type Handlers = { on: function, off?: function, list: {function} }
local handlers: Handlers = { on = print, list = { print, tostring } }
handlers.on("x")
handlers.off("x") --! E0021
for _, handler in ipairs(handlers.list) do handler(1) end
local bad: Handlers = { on = 1, list = {} } --! E0000
local either: string | function = print
if type(either) == "function" then either() else print(#either) end
print(wrong, text, exact, other, bad)
