-- Single inheritance by metatables, with calls of the base class.
local Animal = {}
Animal.__index = Animal

function Animal.new(name, sound)
    local self = setmetatable({}, Animal)
    self.name = name
    self.sound = sound or "..."
    self.energy = 10
    return self
end

function Animal:speak()
    return self.name .. " says " .. self.sound
end

function Animal:walk(steps)
    self.energy = self.energy - steps
    if self.energy < 0 then
        self.energy = 0
    end
    return self.energy
end

function Animal:is_tired()
    return self.energy == 0
end

local Dog = setmetatable({}, { __index = Animal })
Dog.__index = Dog

function Dog.new(name)
    local self = Animal.new(name, "woof")
    setmetatable(self, Dog)
    self.tricks = {}
    return self
end

function Dog:learn(trick)
    table.insert(self.tricks, trick)
    return self
end

function Dog:perform()
    if #self.tricks == 0 then
        return self.name .. " looks at you"
    end
    return self.name .. " does: " .. table.concat(self.tricks, ", ")
end

function Dog:walk(steps)
    local left = Animal.walk(self, steps * 2)
    return left, self:is_tired()
end

local function describe(pets)
    local out = {}
    for i = 1, #pets do
        local pet = pets[i]
        out[#out + 1] = i .. ": " .. pet:speak()
    end
    return table.concat(out, "; ")
end

--@ run: local rex = Dog.new("Rex"):learn("sit"):learn("roll")
--@ run: assert(rex:perform() == "Rex does: sit, roll")
--@ run: assert(rex:speak() == "Rex says woof")
--@ run: local left, tired = rex:walk(5)
--@ run: assert(left == 0 and tired)
--@ run: local cat = Animal.new("Tom", "meow")
--@ run: assert(cat:walk(3) == 7)
--@ run: assert(describe({ rex, cat }) == "1: Rex says woof; 2: Tom says meow")
--@ twin E0022: "return left, self:is_tired()" => "return left, self:is_tyred()"
--@ twin E0004: "return self.name .. " looks at you"" => "return self.nam .. " looks at you""
--@ twin E0004: "local left = Animal.walk(self, steps * 2)" => "local left = Animal.wolk(self, steps * 2)"
--@ twin E0001: "local self = Animal.new(name, "woof")" => "local self = Animl.new(name, "woof")"
