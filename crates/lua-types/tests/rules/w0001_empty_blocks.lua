-- W0001: bodies without a statement; a comment inside says that this is meant.
local n = 1
if n == 1 then end --! W0001
if n == 1 then
    print(n)
elseif n == 2 then end --! W0001
if n == 1 then
    print(n)
else
end
while n > 1 do end --! W0001
repeat until n == 1 --! W0001
for i = 1, n do end --! W0001
for _ in pairs({}) do end --! W0001
do
end
local function empty()
end
if n == 2 then
    -- nothing to do
end
while n > 5 do
    n = n - 1
end
empty()
