-- Validates values from outside by type values: T:is in conditions and with its error.
-- annotated
type Address = { street: string, city: string }
type Person = { name: string, age: integer @min(0) @max(150), address?: Address }

local accepted: {Person} = {}
local refused: {string} = {}

local function label(person: Person): string
    local address = person.address
    if address then
        return person.name .. " from " .. address.city
    end
    return person.name
end

local function accept(value: any): boolean
    local person, err = Person:is(value)
    if err then
        refused[#refused + 1] = tostring(err)
        return false
    end
    accepted[#accepted + 1] = person
    return true
end

local function describe(value: unknown): string
    if Person:is(value) then
        return "person " .. value.name
    elseif Address:is(value) then
        return "address in " .. value.city
    elseif type(value) == "string" then
        return "text " .. value
    end
    return "something"
end

local function oldest(): Person?
    local found: Person? = nil
    for _, person in ipairs(accepted) do
        if found == nil or person.age > found.age then
            found = person
        end
    end
    return found
end

local function report(): string
    local who = oldest()
    local text = #accepted .. " accepted, " .. #refused .. " refused"
    if who then
        text = text .. ", oldest is " .. label(who)
    end
    return text
end

--@ run: assert(accept({ name = "Ann", age = 30 }) and accept({ name = "Bob", age = 40, address = { street = "s", city = "Oslo" } }))
--@ run: assert(not accept({ name = "Eve" }) and report() == "2 accepted, 1 refused, oldest is Bob from Oslo")
--@ run: assert(describe({ name = "x", age = 1 }) == "person x" and describe({ street = "a", city = "Rome" }) == "address in Rome" and describe("t") == "text t" and describe(5) == "something")
--@ twin E0004: "return "person " .. value.name" => "return "person " .. value.nick"
--@ twin E0023: "text = text .. ", oldest is " .. label(who)" => "text = text .. ", oldest is " .. oldest().name"
--@ twin E0000: "accepted[#accepted + 1] = person" => "accepted[#accepted + 1] = tostring(person)"
