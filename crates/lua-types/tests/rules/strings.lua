-- The string library, as functions and as methods.
local s = "text"
print(s:upper() .. s:lower(), s:len() + 1, s:rep(3), s:reverse(), s:sub(1, 2), s:byte(1), #s)
print(string.format("%s %d", s, 1), ("%s"):format(s))
local a = s:find("t")
print(a + 1) --! E0019
if a then print(a + 1) end
local from, to = s:find("ex", 1, true)
if from and to then print(s:sub(from, to)) end
local m = s:match("%a+")
print(m:upper()) --! E0023
local key, value = ("a=b"):match("(%w)=(%w)")
if key and value then print(key:upper(), value:upper()) end
local replaced, n = s:gsub("t", "x")
print(replaced:upper(), n + 1)
print((s:gsub("t", { t = "x" })), (s:gsub("t", function(c) return c:upper() end)))
s:gsub("t") --! E0003
s:gsub("t", "x", {}) --! E0000
s:sub() --! E0003
s:rep("3x") --! E0000
string.upper(nil) --! E0000
string.char("a") --! E0000
print(string.char(65, 66), tostring(5):upper(), tonumber("5"))
print(tonumber("5") + 1) --! E0019
print((tonumber("5") or 0) + 1, tonumber("ff", 16))
print(s + 1) --! E0019
print(s .. 1 .. 2.5)
print(s:nope()) --! E0022
print(string.nope(s)) --! E0004
print(table.concat({ "a", "b" }, ",") .. "!", table.concat({ 1, 2 }))

-- Functions of the language take texts that spell numbers.
print(math.max(1, " 9 ", "0x10"), string.char("65"), ("hello"):sub("2"))
print(math.max(1, "nine")) --! E0000
print(channel.new("16")) --! E0000
local function half(n: number) return n / 2 end
print(half("2")) --! E0000
