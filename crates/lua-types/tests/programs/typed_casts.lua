-- Values of unknown origin become typed by casts and by tests.
-- annotated
type Point = { x: number, y: number }
type Message = { kind: string, payload: unknown }

local function as_point(value: any): Point
    return value as Point
end

local function length(value: unknown): integer
    if type(value) == "string" then
        return #value
    elseif type(value) == "table" then
        local n = 0
        for _ in pairs(value) do
            n = n + 1
        end
        return n
    end
    return 0
end

local function to_text(value: string | number | boolean): string
    if type(value) == "string" then
        return value
    elseif type(value) == "number" then
        return string.format("%g", value)
    end
    return value and "yes" or "no"
end

local function number_of(message: Message): number
    local payload = message.payload
    if type(payload) == "number" then
        return payload * 2
    end
    return -1
end

local registry: {[string]: Point} = { origin = { x = 0, y = 0 } }

local function origin(): Point
    return registry.origin!
end

local function sum_of(points: {any}): number
    local sum = 0
    for _, p in ipairs(points) do
        local point = as_point(p)
        sum = sum + point.x + point.y
    end
    return sum
end

local function first_word(text: string): string
    local word = text:match("%S+")
    return (word :: string?) or ""
end

local function widen(flag: boolean): string | integer
    if flag then
        return "text"
    end
    return 7
end

--@ run: assert(sum_of({ { x = 1, y = 2 }, { x = 3, y = 4 } }) == 10 and length("abc") == 3 and length({ 1 }) == 1 and length(nil) == 0)
--@ run: assert(to_text(1.5) == "1.5" and to_text(true) == "yes" and number_of({ kind = "n", payload = 4 }) == 8)
--@ run: assert(origin().x == 0 and first_word(" hi there") == "hi" and first_word("") == "" and widen(false) == 7)
--@ twin E0023: "return registry.origin!" => "return { x = registry.origin.x, y = 0 }"
--@ twin E0019: "return payload * 2" => "return message * 2"
--@ twin E0000: "return string.format("%g", value)" => "return value"
--@ twin E0000: "return 7" => "return true"
