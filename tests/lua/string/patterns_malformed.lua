-- Malformed patterns raise with a text that says what is wrong.
local function fails(text, f, ...)
  local ok, e = pcall(f, ...)
  assert(not ok and e:find(text, 1, true), tostring(e))
end
for p, text in pairs{
  ["%"] = "malformed pattern (ends with '%')",
  ["[a"] = "malformed pattern (missing ']')",
  ["[]"] = "malformed pattern (missing ']')",
  ["[^]"] = "malformed pattern (missing ']')",
  ["[a%]"] = "malformed pattern (missing ']')",
  ["%b"] = "missing arguments to '%b'",
  ["%f"] = "missing '[' after '%f' in pattern",
  ["%1"] = "invalid capture index %1",
  ["(%1)"] = "invalid capture index",
  ["(a"] = "unfinished capture",
  ["a)*"] = "invalid pattern capture",
} do
  fails(text, string.find, "a", p)
  fails(text, string.match, "a", p)
  fails(text, string.gsub, "a", p, function() end)
  fails(text, function() for _ in string.gmatch("a", p) do end end)
end
fails("too many captures", string.find, "a", ("()"):rep(33))
fails("invalid use of '%' in replacement string", string.gsub, "a", "a", "%x")
fails("invalid capture index %2", string.gsub, "a", "a", "%2")
fails("invalid replacement value (a table)", string.gsub, "a", "a", function() return {} end)
fails("invalid replacement value", string.gsub, "a", "a", {a = true})
fails("bad argument #3", string.gsub, "a", "a")
fails("bad argument #3", string.gsub, "a", "a", true)
fails("too complex", string.find, ("a"):rep(300000), (".?"):rep(300000))
assert(#string.match(("a"):rep(80), (".?"):rep(80)) == 80) -- lint: ignore E0019
