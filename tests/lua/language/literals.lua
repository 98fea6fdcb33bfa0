-- Literals: escapes, long strings, numerals, comments.
assert("\a\b\f\n\r\t\v\\\"\'" == "\7\8\12\10\13\9\11\92\34\39")
assert("\65\066\x41\x6a" == "ABAj" and "\u{48}\u{20AC}\u{10FFFF}" == "H\xe2\x82\xac\xf4\x8f\xbf\xbf")
assert("a\z
        b" == "ab" and "a\
b" == "a\nb" and '\'' == "'" and "\0001" == "\0" .. "1" and #"\0\0" == 2)
assert([[
x]] == "x" and [==[a]]b]=]c]==] == "a]]b]=]c" and [[a
b]] == "a\nb" and #[[]] == 0)
assert(0x7fffffffffffffff == math.maxinteger and 0xffffffffffffffffff == -1 and 1e2 == 100 and 3e-2 == 0.03 and 0x.8p1 == 1 and 0xA.8 == 10.5)
--[[ a long
comment ]] assert(true) --[==[ another
]] still ]==] local x = 1 -- short
assert(x == 1)
assert(#"\xff\xfe" == 2 and ("é"):byte() == 195);;;
