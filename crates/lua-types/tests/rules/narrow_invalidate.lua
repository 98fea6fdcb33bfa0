-- Facts end with assignments to what they are about, and with calls that may assign it.
local function get(): string? return "x" end
local function need(s: string) return s end

local a = get()
if a then
    need(a)
    a = get()
    need(a) --! E0000
end

local r: { name: string?, other: number } = { other = 1 }
if r.name then
    need(r.name)
    r.other = 2
    need(r.name)
    r.name = get()
    need(r.name) --! E0000
end
if r.name then
    r = { other = 2 }
    need(r.name) --! E0000
end

local captured = get()
local function clear() captured = nil end
if captured then
    need(captured)
    clear()
    need(captured) --! E0000
end

local kept = get()
local function read() return kept end
if kept then
    read()
    need(kept)
end

local changed: string? = "x"
local function later()
    need(changed) --! E0000
end
changed = nil
later()

local loop: string? = get()
if loop then
    for _ = 1, 3 do
        need(loop) --! E0000
        loop = get()
    end
end

local key = get()
local map: {[string]: string} = {}
if map.x then
    need(map.x)
    map.x = nil
    need(map.x) --! E0000
end
if key then
    local f = function() return key end
    print(f, need(key))
end
