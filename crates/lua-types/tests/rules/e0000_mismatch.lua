-- E0000: a value of one type where another is wanted.
local a: number = 1
local b: number = "1" --! E0000
local c: string = 1 --! E0000
local d: boolean = nil --! E0000
local e: string? = nil
a = "text" --! E0000
a = 2.5
e = "text"
e = 5 --! E0000

local function length(s: string): integer
    return #s
end

length("abc")
length(5) --! E0000
length(nil) --! E0000
length({}) --! E0000

local function wrong(): string
    return 5 --! E0000
end

local function pair(): (integer, string)
    return 1, 2 --! E0000
end

local t: { x: number } = { x = "1" } --! E0000
local list: {string} = { "a", 2 } --! E0000
for i = 1, "ten" do print(i) end --! E0000
for i = {}, 2 do print(i) end --! E0000
for i = 1, 2, true do print(i) end --! E0000
string.rep({}, 2) --! E0000
string.rep("x", "y") --! E0000
return { b, c, d, wrong, pair, t, list }
