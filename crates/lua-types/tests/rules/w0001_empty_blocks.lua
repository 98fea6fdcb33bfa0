-- W0001: bodies without a statement.
local n = 1
if n == 1 then --! W0001
end
if n == 1 then
    print(n)
elseif n == 2 then --! W0001
end
if n == 1 then
    print(n)
else
end
while n > 1 do --! W0001
end
repeat --! W0001
until n == 1
for i = 1, n do --! W0001
end
for _ in pairs({}) do --! W0001
end
do
end
local function empty()
end
while n > 5 do
    n = n - 1
end
empty()
