-- Types of a module by the name of the local that holds it.
-- modules: time
local clock = require("time")
local function later(t: clock.Time, by: clock.Duration): clock.Time
    return t
end
local function wrong(t: clock.Tyme) --! E0012
    return t
end
print(later, wrong)
