-- Types are equal by what they are, and equal types are one key.
type A = {x: number, y: string}
type B = {y: string, x: number}
type C = {x: number}
type D = {x: number, y?: string}
assert(A == B and A ~= C and A ~= D and not (A == C) and rawequal(A, B))
type Meters = number
type Seconds = number
assert(Meters == Seconds and tostring(Meters) == "Meters" and tostring(Seconds) == "Seconds")
type U1 = string | number | nil
type U2 = nil | number | string
assert(U1 == U2)
type M = number @min(0)
type M2 = number @min(0)
type M3 = number @min(1)
assert(M == M2 and M ~= M3 and M ~= Meters)
assert(A ~= 1 and A ~= "A" and A ~= nil and A ~= {})
local t = {}
t[A] = 1
assert(t[A] == 1 and t[B] == 1 and t[C] == nil)
t[B] = 2
local n = 0
for k, v in pairs(t) do
  assert(k == A and v == 2 and type(k) == "type")
  n = n + 1
end
assert(n == 1)
t[A] = nil
assert(next(t) == nil and t[B] == nil)
-- parts are keys, too
local names = {[A.x] = "number", [A.y] = "string"}
assert(names[A.x] == "number" and names[Meters] == "number" and names[B.y] == "string")
-- among many other keys
local many = {}
for i = 1, 100 do many[i * 1.5] = i; many["k" .. i] = i end
type L0 = {a: string}
type L1 = {a: number}
type L2 = {b: number}
many[L0], many[L1], many[L2] = "L0", "L1", "L2"
type L1b = {a: number}
assert(many[L1b] == "L1" and many[L0] == "L0" and many[L2] == "L2" and rawget(many, L1b) == "L1")
rawset(many, L1b, "new")
assert(many[L1] == "new")
local seen = 0
for k in pairs(many) do if type(k) == "type" then seen = seen + 1 end end
assert(seen == 3)
assert(next(many, L1b) == next(many, L1))
-- a switch by type
local handlers = {[Meters] = function() return "n" end}
assert(handlers[Seconds]() == "n")
