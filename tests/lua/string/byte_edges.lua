-- sub, byte, char, rep, reverse, len: every combination of ends, and bytes of all values.
local s = "hello"
local function model(i, j)
  local n = #s
  if i < 0 then i = math.max(n + i + 1, 1) elseif i == 0 then i = 1 end
  if j < 0 then j = n + j + 1 elseif j > n then j = n end
  local out = {}
  for k = i, j do out[#out + 1] = ({"h", "e", "l", "l", "o"})[k] end
  return table.concat(out)
end
for i = -8, 8 do
  for j = -8, 8 do
    local want = model(i, j)
    assert(s:sub(i, j) == want, i .. "," .. j)
    assert(select("#", s:byte(i, j)) == #want)
    if #want > 0 then assert(string.char(s:byte(i, j)) == want) end
  end
  assert(s:sub(i) == model(i, -1))
end
for _, i in ipairs{math.mininteger, math.mininteger + 1, -6, 6, math.maxinteger} do
  assert(s:sub(i) == (i < 0 and s or "") and s:sub(1, i) == (i < 0 and "" or s) and s:byte(i) == nil)
end
assert(s:sub(2.0, "4") == "ell" and not pcall(string.sub, s, 1.5) and not pcall(string.sub, s, "x") and not pcall(string.sub, s, {})) -- lint: ignore E0000
-- all bytes survive
local all = {}
for b = 0, 255 do all[b + 1] = string.char(b) end
local text = table.concat(all)
assert(#text == 256 and text:reverse():reverse() == text and text:rep(2):sub(257) == text and text:sub(1, 128) .. text:sub(129) == text)
for b = 0, 255 do assert(text:byte(b + 1) == b and text:find(string.char(b), 1, true) == b + 1) end
assert(text:reverse():byte() == 255 and ("%q"):format(text):sub(1, 1) == '"')
assert(text < text .. "\0" and "\0" < "\1" and "\127" < "\128" and "\0\0" > "\0" and "" < "\0")
-- as keys, bytes count too
local t = {["a\0b"] = 1, ["a\0c"] = 2, ["a"] = 3, [""] = 4}
assert(t["a\0b"] == 1 and t["a\0c"] == 2 and t.a == 3 and t[""] == 4 and t["a" .. "\0" .. "b"] == 1)
-- repetition with separators
assert(("a"):rep(0, "x") == "" and ("a"):rep(1, "x") == "a" and ("a"):rep(3, "") == "aaa" and (""):rep(3, "ab") == "abab" and ("ab"):rep(2, "\0") == "ab\0ab" and ("x"):rep(-5) == "")
-- texts of many lengths, made in different ways, are equal and one key
for _, n in ipairs{0, 1, 7, 8, 15, 16, 31, 32, 39, 40, 41, 63, 64, 255, 256, 1000, 5000} do
  local a, b = ("k"):rep(n), {}
  for i = 1, n do b[i] = "k" end
  b = table.concat(b)
  assert(a == b and ({[a] = n})[b] == n and a .. "x" ~= b .. "y" and not (a < b) and a <= b and #a == n)
end
-- numbers are texts where texts are wanted
assert(string.rep(12, 2) == "1212" and string.len(123) == 3 and string.sub(12345, 2, 3) == "23" and (1 .. ""):byte() == 49 and table.concat({1, 2, 3}) == "123" and 1 .. 2 .. 3 == "123")
