-- Iterators of several styles: closures, stateless, over ranges, windows and sorted keys.
local iter = {}

function iter.range(first, last, step)
    step = step or 1
    local current = first - step
    return function()
        current = current + step
        if (step > 0 and current <= last) or (step < 0 and current >= last) then
            return current
        end
        return nil
    end
end

local function next_char(text, i)
    i = i + 1
    if i > #text then
        return nil
    end
    return i, text:sub(i, i)
end

function iter.chars(text)
    return next_char, text, 0
end

function iter.sorted(t)
    local keys = {}
    for k in pairs(t) do
        keys[#keys + 1] = k
    end
    table.sort(keys)
    local i = 0
    return function()
        i = i + 1
        local k = keys[i]
        if k ~= nil then
            return k, t[k]
        end
    end
end

function iter.map(fn, source)
    return function()
        local value = source()
        if value == nil then
            return nil
        end
        return fn(value)
    end
end

function iter.filter(pred, source)
    return function()
        while true do
            local value = source()
            if value == nil or pred(value) then
                return value
            end
        end
    end
end

function iter.windows(list, size)
    local i = 0
    return function()
        i = i + 1
        if i + size - 1 > #list then
            return nil
        end
        local window = {}
        for j = i, i + size - 1 do
            window[#window + 1] = list[j]
        end
        return window
    end
end

function iter.collect(source)
    local out = {}
    for value in source do
        out[#out + 1] = value
    end
    return out
end

--@ run: local squares = iter.map(function(x) return x * x end, iter.range(1, 5))
--@ run: local odd = iter.filter(function(x) return x % 2 == 1 end, squares)
--@ run: assert(table.concat(iter.collect(odd), " ") == "1 9 25")
--@ run: local text = ""
--@ run: for i, c in iter.chars("abc") do text = text .. i .. c end
--@ run: assert(text == "1a2b3c")
--@ run: for k, v in iter.sorted({ b = 2, a = 1 }) do text = text .. k .. v end
--@ run: assert(text == "1a2b3ca1b2")
--@ run: local n = 0
--@ run: for w in iter.windows({ 1, 2, 3, 4 }, 2) do n = n + #w end
--@ run: assert(n == 6 and #iter.collect(iter.range(3, 1, -1)) == 3)
--@ twin E0001: "return next_char, text, 0" => "return next_chr, text, 0"
--@ twin E0002: "local k = keys[i]" => "local k = i(keys)"
--@ twin E0019: "out[#out + 1] = value" => "out[out + 1] = value"
--@ twin E0004: "table.sort(keys)" => "table.sortt(keys)"
