-- Labels and gotos: what is known flows along them.
local function get(): string? return "x" end
local function need(s: string) return s end

for i = 1, 3 do
    local v = get()
    if v == nil then goto continue end
    need(v)
    if i > 1 then
        goto continue
    end
    print(v:upper())
    ::continue::
end

do
    local tries = 0
    local v: string? = nil
    ::again::
    v = get()
    tries = tries + 1
    if not v and tries < 3 then goto again end
    need(v) --! E0000
    if not v then goto done end
    need(v)
    ::done::
end

while true do
    for j = 1, 3 do
        if j == 2 then goto out end
    end
end
::out::
print("end")
