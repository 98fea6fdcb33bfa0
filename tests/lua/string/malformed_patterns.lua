-- string: patterns and replacements that are no patterns are refused with what is wrong, never run on.
for _, pattern in ipairs{"[", "[a", "[]", "[^]", "%", "(", ")", "%b", "%bx", "%f", "(()", "%1", "(%1)", "[%", "[a-", ("("):rep(40), ("(a)"):rep(33)} do
  for _, f in ipairs{string.match} do
    local ok, err = pcall(f, "abcabc" .. ("a"):rep(40), pattern)
    assert(not ok and type(err) == "string", pattern)
  end
end
for _, pattern in ipairs{"[]]", "[^]]", "%%", "a**", "+", "*", "-", "^*", "[z-a]", "[%a-z]", "%f[%a]", "\0", ""} do assert(pcall(string.find, "abc", pattern), pattern) end
assert(not pcall(string.gsub, "abc", "%w", "%9") and not pcall(string.gsub, "abc", "b", function() return {} end) and not pcall(string.gsub, "abc", "b", {b = next}))
for _, f in ipairs{"%1000d", "%.100f", "%999999999999d", "%", "%z", "%5", "%s%s"} do assert(not pcall(string.format, f, 1), f) end
assert(#string.format("%99d", 1) == 99 and #string.format("%.99f", 1) == 101)
for _, count in ipairs{math.maxinteger, 1 << 62} do
  local ok, err = pcall(string.rep, "xx", count)
  assert(not ok and err:find("too large", 1, true), err)
end
assert(("x"):rep(-1) == "" and (""):rep(math.maxinteger) == "")
assert(("abc"):sub(math.mininteger, math.maxinteger) == "abc" and ("abc"):find("b", math.mininteger) == 2 and ("abc"):find("b", math.maxinteger) == nil)
