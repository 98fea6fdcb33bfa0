-- Storage back ends behind an interface; the cache does not care which one it gets.
-- annotated
interface Storage
    function read(key: string): string?
    function write(key: string, value: string): boolean
end

local function memory_storage(): Storage
    local values: {[string]: string} = {}
    local storage = {}

    function storage:read(key: string): string?
        return values[key]
    end

    function storage:write(key: string, value: string): boolean
        values[key] = value
        return true
    end

    return storage
end

local function limited_storage(inner: Storage, max: integer): Storage
    local storage = { used = 0 }

    function storage:read(key: string): string?
        return inner:read(key)
    end

    function storage:write(key: string, value: string): boolean
        if self.used + #value > max then
            return false
        end
        self.used = self.used + #value
        return inner:write(key, value)
    end

    return storage
end

local function copy(from: Storage, to: Storage, keys: {string}): integer
    local copied = 0
    for _, key in ipairs(keys) do
        local value = from:read(key)
        if value and to:write(key, value) then
            copied = copied + 1
        end
    end
    return copied
end

local function read_number(storage: Storage, key: string, default: number): number
    local text = storage:read(key)
    if text == nil then
        return default
    end
    return tonumber(text) or default
end

local function increment(storage: Storage, key: string): number
    local value = read_number(storage, key, 0) + 1
    storage:write(key, string.format("%d", value))
    return value
end

--@ run: local a = memory_storage()
--@ run: local b = limited_storage(memory_storage(), 5)
--@ run: assert(increment(a, "n") == 1 and increment(a, "n") == 2 and a:write("long", "123456"))
--@ run: assert(copy(a, b, { "n", "long", "none" }) == 1 and b:read("n") == "2" and b:read("long") == nil)
--@ twin E0022: "local text = storage:read(key)" => "local text = storage:load(key)"
--@ twin E0000: "storage:write(key, string.format("%d", value))" => "storage:write(key, value)"
--@ twin E0003: "return inner:read(key)" => "return inner:read()"
--@ twin E0000: "return tonumber(text) or default" => "return tonumber(text)"
