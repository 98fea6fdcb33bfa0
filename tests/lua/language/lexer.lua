-- Lexer: line endings, comments, numerals at their edges, names, escapes.
assert(#[[

]] == 1 and [[
]] == "" and #"\
" == 1)
assert(--[[ in the middle ]] true) --[==[ ]] ]=] ]==] assert(true)
--[=[ a long comment
-- with a short one ]] in it
]=] assert(true)
---[[ not a long comment
assert(true)
--]]
--
assert(0xA == 10 and 0Xa == 10 and 0xdeadBEEF == 3735928559 and 0x0 == 0 and 0xF0.8 == 240.5 and 0x.8 == 0.5 and 0x1p4 == 16.0 and 0X1P-2 == 0.25 and 0xA.p1 == 20.0)
assert(3. == 3 and .3 == 0.3 and 3.e2 == 300 and 3e+2 == 300 and 3E-2 == 0.03 and 0e12 == 0 and 1e308 * 10 == math.huge)
assert(math.type(0x10) == "integer" and math.type(0x1p4) == "float" and math.type(1e2) == "float" and math.type(1.) == "float" and math.type(00012) == "integer" and 00012 == 12)
assert(9223372036854775807 == math.maxinteger and math.type(9223372036854775807) == "integer")
assert(math.type(9223372036854775808) == "float" and 9223372036854775808 == 2 ^ 63 and -9223372036854775808 == math.mininteger)
assert(math.type(-9223372036854775808) == "float" and math.type(math.mininteger) == "integer")
assert(0xffffffffffffffff == -1 and 0x7fffffffffffffff == math.maxinteger and 0x8000000000000000 == math.mininteger and 0x123456789abcdef01 == 0x23456789abcdef01)
assert(123456789012345678901234567890 == 1.2345678901234568e29 and 1e-400 == 0 and 1e400 == math.huge)
-- what follows a numeral without a space
local n = 1
local t = {n=1,[2]=3;5}
assert(t.n==1 and t[2]==3 and t[1]==5 and 1 ..2 == "12" and 2-1==1 and 2--[[x]]-1==1 and 3*-2==-6 and - -2 == 2 and not not nil == false)
-- names
local _, _1, end_, nil1, andy, True, x2y, __ = 1, 2, 3, 4, 5, 6, 7, 8
assert(_ + _1 + end_ + nil1 + andy + True + x2y + __ == 36)
-- escapes
assert("\065\10\0659" == "A\nA9" and "\x00\x7F\xff" == "\0\127\255" and #"\z   

  x" == 1 and "\u{0}" == "\0" and "\u{7f}\u{80}\u{7ff}\u{800}\u{ffff}\u{10000}" == "\x7f\xc2\x80\xdf\xbf\xe0\xa0\x80\xef\xbf\xbf\xf0\x90\x80\x80")
assert('"' == "\"" and "'" == '\'' and "--[[ text ]]" == '--[[ text ]]' and [["\n]] == "\"\\n" and [==[]]]==] == "]]" and [=[]]=] == "]")
-- statements without separators, and with too many
local a = 1 local b = 2; local c = a + b;; do ; end ; ::l:: ;
assert(c == 3)
local f = function(x) return function() return x end end
local v = f
(4)()
assert(v == 4)
return
