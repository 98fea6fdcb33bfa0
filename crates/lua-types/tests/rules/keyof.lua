-- keyof and indexed access.
type User = { name: string, age: number, active: boolean }
local a: keyof(User) = "name"
local b: keyof(User) = "age"
local c: keyof(User) = "nick" --! E0000
local d: User["name"] = "x"
local e: User["age"] = "x" --! E0000
local f: User["name"] | User["age"] = 5
type Names = {string}
local h: Names[number] = "x"
local function get(user: User, key: keyof(User)): string | number | boolean
    return user[key]
end
get({ name = "a", age = 1, active = true }, "age")
get({ name = "a", age = 1, active = true }, "nick") --! E0000
print(a, b, c, d, e, f, h)
