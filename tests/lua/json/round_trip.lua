-- What json.encode writes json.decode reads as the same value.
-- modules: json
local json = require("json")
local function same(a, b)
  if type(a) ~= "table" or type(b) ~= "table" then return a == b and math.type(a) == math.type(b) end
  for k, v in pairs(a) do if not same(v, b[k]) then return false end end
  for k in pairs(b) do if a[k] == nil then return false end end
  return true
end
local values = {
  true, 0, -1, 0.5, 1e-7, 1.7976931348623157e308, 5e-324, 2 ^ 53 + 0.0, 9007199254740993, math.mininteger, "", "\0\1\31\127", "é\u{10ffff}",
  {1, {2, {3}}}, {a = {b = {c = {}}}, list = {"x", {y = false}}}, {["1"] = "text key", ["-"] = 1},
}
for i, value in ipairs(values) do
  local text = assert(json.encode(value))
  local back = json.decode(text)
  if math.type(value) == "float" and value == math.floor(value) and math.abs(value) < 2 ^ 63 then
    assert(back == value, text)
  else
    assert(same(value, back), i .. ": " .. text)
  end
  assert(json.encode(back) == text, text)
end
local big = {}
for i = 1, 20000 do big[i] = {id = i, name = "item " .. i, tags = {"a", "b"}} end
local back = json.decode(json.encode(big)) -- lint: ignore E0000
assert(#back == 20000 and back[20000].id == 20000 and back[7].tags[2] == "b")
