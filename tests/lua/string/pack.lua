-- string.pack, unpack and packsize.
local pack, unpack, size = string.pack, string.unpack, string.packsize
assert(pack("<i4", -2) == "\xfe\xff\xff\xff" and pack(">i4", 1) == "\0\0\0\1")
assert(pack("<i2 >i2 =I1", 1, 1, 255) == "\1\0\0\1\xff")
assert(pack("z", "hi") == "hi\0" and pack("<s2", "abc") == "\3\0abc" and pack("c5", "xy") == "xy\0\0\0")
assert(pack(">d", 1) == "\x3f\xf0\0\0\0\0\0\0" and pack("<f", -2) == "\0\0\0\xc0")
assert(pack("<!4 b i4", 1, 2) == "\1\0\0\0\2\0\0\0" and pack("<!4 b Xi4", 1) == "\1\0\0\0" and pack("bxb", 1, 2) == "\1\0\2")
assert(size("i4i8") == 12 and size("!8i4i8") == 16 and size("jnTLhHbB") == 38 and size("") == 0)
for n = 1, 16 do
  for _, v in ipairs{0, 1, -1, 127, -128} do
    for _, order in ipairs{"<", ">"} do
      local f = order .. "i" .. n
      local s = pack(f, v)
      assert(#s == n)
      local got, pos = unpack(f, s)
      assert(got == v and pos == n + 1, f)
    end
  end
end
for _, v in ipairs{math.mininteger, math.maxinteger} do
  assert(unpack("<j", pack("<j", v)) == v and unpack(">i12", pack(">i12", v)) == v)
end
assert(unpack("<I2", "\xff\xff") == 65535 and unpack("<i2", "\xff\xff") == -1)
local a, b, c, pos = unpack("<zs1B", "hi\0\3abc\7")
assert(a == "hi" and b == "abc" and c == 7 and pos == 9)
assert(unpack("<i2", "xx\1\0", 3) == 1 and unpack("<i2", "xx\1\0", -2) == 1)
assert(select("#", unpack("", "")) == 1 and unpack("", "abc", 4) == 4)
local f = pack("d", 0.1)
assert(unpack("d", f) == 0.1)
local function fails(text, fn, ...)
  local ok, e = pcall(fn, ...)
  assert(not ok and e:find(text, 1, true), tostring(e))
end
fails("integer overflow", pack, "i1", 128)
fails("overflow", pack, "I1", 256)
fails("out of limits [1,16]", pack, "i17", 1)
fails("out of limits [1,16]", pack, "i0", 1)
fails("invalid format option 'y'", pack, "y", 1)
fails("missing size for format option 'c'", pack, "c", "x")
fails("longer than given size", pack, "c1", "xy")
fails("contains zeros", pack, "z", "a\0b")
fails("does not fit in given size", pack, "s1", ("x"):rep(256))
fails("not power of 2", pack, "!4i3", 1)
fails("invalid next option", pack, "X")
fails("data string too short", unpack, "i4", "abc")
fails("data string too short", unpack, "s1", "\5abc")
fails("out of string", unpack, "b", "abc", 5)
fails("does not fit", unpack, "<i9", "\0\0\0\0\0\0\0\0\1")
fails("variable", size, "s")
fails("number expected", pack, "i4", "x")
fails("number expected", pack, "i4")
