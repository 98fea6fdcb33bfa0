-- Types that a program makes count to it, and go when nobody holds them.
type Num = number
type Wide<T> = {a: T, b: T, c: T, d: {T}, e: {[string]: T}, f: T?, g: T | string, h: {x: T, y: T, z: T}}
local kept = {}
for i = 1, 40 do kept[i] = Wide(Num) end
for i = 1, 40 do assert(kept[i] == kept[1]) end
local set = {}
for i = 1, 40 do set[kept[i]] = i end
local n = 0
for _ in pairs(set) do n = n + 1 end
assert(n == 1 and set[Wide(Num)] == 40)
-- each around the one before
local T = Num
for _ = 1, 20 do
  type Box<T> = {value: T}
  T = Box(T)
end
assert(T:kind() == "instantiated" and #tostring(T) <= 2010)
-- parts keep what they are parts of
local parts = {}
for i = 1, 20 do parts[i] = Wide(Num).h end
assert(parts[1] == parts[20] and parts[1].x == Num)
