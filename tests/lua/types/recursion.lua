-- Types that refer to themselves and to each other.
type Tree = {value: number, left: Tree?, right: Tree?}
assert(Tree:is{value = 1, left = {value = 2}, right = {value = 3, left = {value = 4}}})
assert(not Tree:is{value = 1, left = {value = 2, right = {value = "x"}}})
type Json = nil | boolean | number | string | {Json} | {[string]: Json}
assert(Json:check{a = {1, 2, {b = "c"}}, d = true} and Json:check(nil) and not Json:check(tostring) and not Json:check{1, {tostring}})
type Dict = number | {[string]: Dict}
assert(Dict:check{a = {b = 1}, c = 2} and not Dict:check{a = {b = "x"}} and not Dict:check{1})
do
  type Expr = {op: "add", args: {Term}} | Term
  type Term = {n: number} | {group: Expr}
  assert(Expr:is{op = "add", args = {{n = 1}, {group = {op = "add", args = {{n = 2}}}}}})
  assert(not Expr:is{op = "add", args = {{group = {op = "add", args = {{m = 2}}}}}})
  type Employee = {name: string, boss?: Manager}
  type Manager = {name: string, team: {Employee}}
  local ok, e = Manager:check{name = "m", team = {{name = "a", boss = {name = "b", team = {{}}}}}}
  assert(not ok and e:message() == "team[1].boss.team[1].name: required field missing", e:message()) -- lint: ignore E0023
  type Odd = {next: Even}?
  type Even = {next: Odd}?
  assert(Odd == Even and Odd:check{next = {next = nil}})
end
-- a type that is nothing but itself
do
  type Loop = Loop -- lint: ignore E0013
  type A = B -- lint: ignore E0013
  type B = A
  local ok, e = Loop:check(1)
  assert(not ok and e:message() == "unresolved type Loop")
  assert(not A:check(1) and not B:check({}))
  type Onion = Onion? -- lint: ignore E0013
  assert(Onion:check(nil) and not Onion:check(1))
  type U = U | number -- lint: ignore E0013
  assert(U:check(1) and not U:check("a"))
  type N = {N}
  assert(N:check{} and N:check{{}, {{}}} and not N:check{1})
end
-- equal however they are written
do
  type A = {next: A?}
  type B = {next: {next: B?}?}
  assert(A == B and A <= B and B <= A and not (A < B))
  type C = {next: {next: C}?}
  assert(A ~= C)
end
