-- Generic types: with arguments in types, and called with types.
local function raises(text, f, ...)
  local ok, err = pcall(f, ...)
  assert(not ok and tostring(err):find(text, 1, true), tostring(err))
end
type Box<T> = {value: T}
type Pair<A, B> = {first: A, second: B}
type List<T> = {value: T, next: List<T>?}
type Result<T, E> = {ok: true, value: T} | {ok: false, error: E}
type NumberBox = Box<number>
type Names = List<string>
assert(NumberBox:is{value = 1} and not NumberBox:is{value = "a"})
assert(Names:is{value = "a", next = {value = "b"}} and not Names:is{value = "a", next = {value = 1}})
type Parsed = Result<integer, string>
assert(Parsed:is{ok = true, value = 1} and Parsed:is{ok = false, error = "x"})
assert(not Parsed:is{ok = true, value = "x"} and not Parsed:is{ok = false, error = 5} and not Parsed:is{ok = true, error = "x"})
-- at run time
local NB = Box(number:is(1) and NumberBox)
assert(NB:is{value = {value = 1}} and not NB:is{value = 1}) -- lint: ignore E0022
type Num = number
type Str = string
local B = Box(Num)
assert(type(B) == "type" and B == NumberBox and B:is{value = 1} and not B:is{})
assert(tostring(B) == "Box<Num>", tostring(B))
local P = Pair(Num, Box(Str))
assert(P:is{first = 1, second = {value = "a"}} and not P:is{first = 1, second = {value = 2}})
assert(tostring(P) == "Pair<Num, Box<Str>>", tostring(P))
local L = List(Num)
assert(L:is{value = 1, next = {value = 2, next = {value = 3}}} and not L:is{value = 1, next = {value = "x"}})
assert(L == List(Num) and L ~= List(Str) and ({[L] = 1})[List(Num)] == 1)
local ok, e = List(Num):check{value = 1, next = {value = 2, next = {}}}
assert(not ok and e:message() == "next.next.value: required field missing", e:message()) -- lint: ignore E0023
-- without arguments nothing fits
assert(not Box:is{value = 1})
raises("expected Box, got table", Box, {value = 1})
raises("expects 1 type arguments, got 2", Box, Num, Str)
raises("is not generic", B, Num)
raises("is not generic", Num, Num)
raises("mixed", Pair, Num, 5)
-- constraints
type Keyed<K: string, V> = {[K]: V}
type Bad = Keyed<"a" | "b", number>
assert(Bad:is{a = 1} and not Bad:is{c = 1})
raises("type argument K of Keyed is Num, which is not within string", Keyed, Num, Num)
assert(Keyed(Str, Num):is{x = 1})
-- a generic type in another one
type Tree<T> = {value: T, kids: {Tree<T>}}
type Forest<T> = {Tree<T>}
assert(Forest(Num):is{{value = 1, kids = {{value = 2, kids = {}}}}})
assert(not Forest(Num):is{{value = 1, kids = {{value = "2", kids = {}}}}})
-- one that grows without end is cut off
type Grow<T> = {v: T, n: Grow<{T}>?}
raises("too large", Grow, Num)
type Grown = {g: Grow<number>}
assert(Grown:is{g = {v = 1, n = {v = {1}, n = {v = {{1}}}}}} and not Grown:is{g = {v = 1, n = {v = 1}}})
-- types made in a loop cost nothing that stays
for i = 1, 2000 do
  local T = Pair(Box(Num), List(Str))
  assert(T:kind() == "instantiated")
end
type Opt<T> = T?
assert(Opt(Num):is(nil) == nil and Opt(Num):check(1) and not Opt(Num):check("x"))
type Id<T> = T
assert(Id(Num) == Num and Id(Str):is("a"))
type Fn<T> = (x: T) -> T
assert(Fn(Num):ret() == Num)
