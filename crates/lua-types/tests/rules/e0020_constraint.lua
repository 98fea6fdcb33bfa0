-- E0020: type arguments that break their constraint.
local function length<T: string | {any}>(x: T): integer
    return #x
end
length("abc")
length({ 1, 2 })
length(5) --! E0020
length(true) --! E0020

local function name_of<T: { name: string }>(x: T): string
    return x.name
end
name_of({ name = "a", age = 3 })
name_of({ age = 3 }) --! E0020
name_of({ name = 5 }) --! E0020

type Box<T: number> = { value: T }
local a: Box<integer> = { value = 1 }
local b: Box<string> = { value = "1" } --! E0020

local function keep<T>(x: T): T return x end
print(keep(1) + 1, a, b)
