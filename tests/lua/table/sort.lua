-- table.sort: orders, comparators, mixed content, large and adversarial input.
local function sorted(t, less)
  for i = 2, #t do
    if less then assert(not less(t[i], t[i - 1]), i) else assert(not (t[i] < t[i - 1]), i) end
  end
end
local function run(t, less) local n = #t table.sort(t, less) assert(#t == n) sorted(t, less) return t end
run{} run{1} run{2, 1} run{3, 1, 2} run{1, 1, 1}
assert(table.concat(run{"b", "a", "", "ab", "B"}, ",") == ",B,a,ab,b")
assert(table.concat(run({1, 2, 3}, function(a, b) return a > b end), ",") == "3,2,1")
run{3, 1.5, 2, -1, 0.5, 2 ^ 53, math.maxinteger, math.mininteger, -math.huge}
run{9007199254740993, 9007199254740992.0, 9007199254740991}
local x = 42
local function random() x = (x * 16807) % 2147483647 return x end
for _, n in ipairs{10, 100, 1000, 20000} do
  local ints, floats, texts, same, up, down, saw = {}, {}, {}, {}, {}, {}, {}
  for i = 1, n do
    ints[i], floats[i], texts[i], same[i], up[i], down[i], saw[i] = random(), random() / 3, "k" .. random(), 7, i, n - i, i % 10
  end
  run(ints) run(floats) run(texts) run(same) run(up) run(down) run(saw)
  for i = 1, n do ints[i] = random() end
  run(ints, function(a, b) return a > b end)
  run(texts, function(a, b) return #a < #b end)
end
-- records, metamethods
local records = {}
for i = 1, 200 do records[i] = {key = random() % 50, i = i} end
run(records, function(a, b) return a.key < b.key end)
local mt = {__lt = function(a, b) return a.v < b.v end}
local objects = {}
for i = 1, 100 do objects[i] = setmetatable({v = random() % 30}, mt) end
table.sort(objects)
for i = 2, 100 do assert(objects[i - 1].v <= objects[i].v) end
-- errors
local function fails(text, ...) local ok, e = pcall(table.sort, ...) assert(not ok and tostring(e):find(text, 1, true), tostring(e)) end
fails("attempt to compare", {1, "a"})
fails("attempt to compare", {1, {}, 2})
fails("attempt to compare two table values", {{}, {}})
fails("table expected")
fails("function expected", {1, 2}, 1)
fails("boom", {1, 2, 3}, function() error("boom") end)
