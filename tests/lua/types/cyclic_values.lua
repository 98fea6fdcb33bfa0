-- Values that contain themselves, and values that are deeper than validation goes.
type Node = {next: Node?}
local loop = {}
loop.next = loop
local ok, e = Node:check(loop)
assert(not ok and e:message():find("nested deeper than 64 levels", 1, true), tostring(e))
local function chain(n)
  local v = {}
  for _ = 2, n do v = {next = v} end
  return v
end
assert(Node:check(chain(1)) and Node:check(chain(64)))
ok, e = Node:check(chain(65))
assert(not ok and e:message():find("next.next", 1, true))
assert(not Node:check(chain(10000)))
assert(not pcall(Node, loop))
-- a loop that the type does not follow
type Flat = {name: string, self: table}
local flat = {name = "x"}
flat.self = flat
assert(Flat:check(flat))
type Open = {name: string, self: any}
assert(Open:check(flat))
-- through arrays, maps and unions
type J = string | {J} | {[string]: J}
local j = {}
j[1] = j
assert(not J:check(j))
type M = string | {[string]: M}
local m = {}
m.m = m
assert(not M:check(m))
type D = {{{{{{{{{{string}}}}}}}}}}
assert(D:check{{{{{{{{{{"x"}}}}}}}}}} and not D:check{{{{{{{{{{1}}}}}}}}}})
