-- Pattern items, suffixes and anchors.
local function check(s, p, ...)
  local want, got = table.pack(...), table.pack(s:find(p))
  assert(want.n == got.n, s .. " ~ " .. p .. ": " .. got.n .. " results")
  for i = 1, want.n do
    assert(want[i] == got[i], s .. " ~ " .. p .. ": result " .. i .. " is " .. tostring(got[i]))
  end
end

check("hello world", "o w", 5, 7)
check("hello", "l+", 3, 4)
check("hello", "l-o", 3, 5)
check("hello", "x*", 1, 0)
check("", "", 1, 0)
check("abc", "", 1, 0)
check("aaab", "^a-b$", 1, 4)
check("ab", "^a?b", 1, 2)
check("b", "^a?b$", 1, 1)
check("a.b", "a%.b", 1, 3)
check("axb", "a%.b", nil)
check("a$b", "a$b", 1, 3)
check("a^b", "a^b", 1, 3)
check("key = value", "^(%w+)%s*=%s*(%w+)$", 1, 11, "key", "value")
check("  trim  ", "^%s*(.-)%s*$", 1, 8, "trim")
check("\0a\0b", "%z", 1, 1)
check("\0a\0b", "a\0b", 2, 4)
check("x[1]", "%[(%d+)%]", 2, 4, "1")
check("f(a(b)c)d", "%b()", 2, 8)
check("((x)", "%b()", 2, 4)
check("THE (quick) fox", "%f[%a]%a+%f[%A]", 1, 3)
check("THE (quick) fox", "%f[%l]%a+", 6, 10)
check("hello", "()ll()", 3, 4, 3, 5)
check("abab", "(ab)%1", 1, 4, "ab")
check([["it's"]], [[(["'])(.-)%1]], 1, 6, '"', "it's")
check("x-y", "[a-]+", 2, 2)
check("x]y", "[]]", 2, 2)
check("x]y", "[^]]+", 1, 1)
check("a-z", "[a%-z]+", 1, 3)
check("09af", "[0-9a-f]+", 1, 4)
check("\xff\xfe", "[\xf0-\xff]+", 1, 2)
check("alo xyzK", "(%w+)K", 5, 8, "xyz")
check("254 K", "(%d*)K", 5, 5, "")
check("alo ", "(%w*)$", 5, 4, "")

-- each class against its members
local classes = {a = "[A-Za-z]", d = "[0-9]", l = "[a-z]", u = "[A-Z]", s = "[ \t\n\v\f\r]", w = "[0-9A-Za-z]",
  x = "[0-9A-Fa-f]", c = "[\1-\31\127%z]", p = "[!-/:-@[-`{-~]", g = "[!-~]"}
for letter, set in pairs(classes) do
  for byte = 0, 255 do
    local c = string.char(byte)
    assert((c:find("%" .. letter) ~= nil) == (c:find(set) ~= nil), letter .. " " .. byte)
    assert((c:find("%" .. letter:upper()) == nil) == (c:find(set) ~= nil), letter:upper() .. " " .. byte)
  end
end
