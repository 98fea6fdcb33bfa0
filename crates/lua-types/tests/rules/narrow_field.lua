-- A field that only some members of a union have tells them apart.
type Circle = { radius: number }
type Rect = { width: number, height: number }
local function area(v: Circle | Rect): number
    if v.radius then
        print(v.width) --! E0004
        return v.radius ^ 2
    end
    return v.width * v.height
end
local function size(v: Circle | Rect): number
    if v.width ~= nil then
        return v.width
    else
        return v.radius
    end
end
local function wrong(v: Circle | Rect): number
    return v.radius --! E0004
end
type Event = { text: string } | { number: number }
local function show(e: Event): string
    return e.text or "number " .. tostring(e.number)
end
print(area, size, wrong, show)
