-- Functions with any number of arguments: counting, forwarding, currying, packing.
local va = {}

function va.count(...)
    return select("#", ...)
end

function va.pack(...)
    return { n = select("#", ...), ... }
end

function va.sum(...)
    local total = 0
    for i = 1, select("#", ...) do
        local v = select(i, ...)
        if type(v) == "number" then
            total = total + v
        end
    end
    return total
end

function va.last(...)
    local n = select("#", ...)
    if n == 0 then
        return nil
    end
    return (select(n, ...))
end

function va.bind(fn, ...)
    local bound = va.pack(...)
    return function(...)
        local args = {}
        for i = 1, bound.n do
            args[i] = bound[i]
        end
        local extra = select("#", ...)
        for i = 1, extra do
            args[bound.n + i] = (select(i, ...))
        end
        return fn(table.unpack(args, 1, bound.n + extra))
    end
end

function va.compose(...)
    local fns = { ... }
    return function(value)
        for i = #fns, 1, -1 do
            value = fns[i](value)
        end
        return value
    end
end

function va.format_all(fmt, ...)
    local out = {}
    for _, v in ipairs({ ... }) do
        out[#out + 1] = fmt:format(v)
    end
    return table.concat(out, " ")
end

local function minmax(first, ...)
    local lo, hi = first, first
    for _, v in ipairs({ ... }) do
        lo = math.min(lo, v)
        hi = math.max(hi, v)
    end
    return lo, hi
end

--@ run: assert(va.count(nil, nil) == 2 and va.count() == 0)
--@ run: assert(va.pack(1, nil, 3).n == 3 and va.sum(1, "x", 2.5) == 3.5)
--@ run: assert(va.last(1, 2, 3) == 3 and va.last() == nil)
--@ run: assert(va.bind(math.max, 1, 5)(3) == 5)
--@ run: assert(va.compose(tostring, function(x) return x * 2 end)(21) == "42")
--@ run: assert(va.format_all("<%d>", 1, 2) == "<1> <2>")
--@ run: local lo, hi = minmax(3, 1, 2)
--@ run: assert(lo == 1 and hi == 3)
--@ twin E0004: "local bound = va.pack(...)" => "local bound = va.packed(...)"
--@ twin E0004: "return fn(table.unpack(args, 1, bound.n + extra))" => "return fn(table.unpack(args, 1, bound.count + extra))"
--@ twin E0019: "return select("#", ...)" => "return select("#", ...) .. va"
--@ twin E0004: "hi = math.max(hi, v)" => "hi = math.maximum(hi, v)"
