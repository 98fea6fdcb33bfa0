-- Proxies: read-only views, tables that record writes, defaults through __index functions.
local proxy = {}

function proxy.readonly(source)
    return setmetatable({}, {
        __index = source,
        __newindex = function(_, key)
            error("field " .. tostring(key) .. " is read-only", 2)
        end,
        __len = function()
            return #source
        end,
        __metatable = "locked",
    })
end

function proxy.tracked(source)
    local log = {}
    local view = setmetatable({}, {
        __index = function(_, key)
            return source[key]
        end,
        __newindex = function(_, key, value)
            log[#log + 1] = string.format("%s: %s -> %s", key, tostring(source[key]), tostring(value))
            source[key] = value
        end,
    })
    return view, log
end

function proxy.with_defaults(make)
    return setmetatable({}, {
        __index = function(t, key)
            local value = make(key)
            rawset(t, key, value)
            return value
        end,
    })
end

function proxy.case_insensitive()
    local store = {}
    return setmetatable({}, {
        __index = function(_, key)
            return store[string.lower(key)]
        end,
        __newindex = function(_, key, value)
            store[string.lower(key)] = value
        end,
    })
end

local function word_lengths(text)
    local by_length = proxy.with_defaults(function()
        return {}
    end)
    for word in text:gmatch("%a+") do
        table.insert(by_length[#word], word)
    end
    return by_length
end

local function try_write(view, key)
    local ok, err = pcall(function()
        view[key] = 1
    end)
    if ok then
        return "written"
    end
    return (tostring(err):gsub("^.-:%d+: ", ""))
end

--@ run: local ro = proxy.readonly({ 1, 2, x = 3 })
--@ run: assert(ro.x == 3 and #ro == 2 and getmetatable(ro) == "locked")
--@ run: assert(try_write(ro, "y") == "field y is read-only" and try_write({}, "y") == "written")
--@ run: local view, log = proxy.tracked({ a = 1 })
--@ run: view.a = 2
--@ run: view.b = "x"
--@ run: assert(log[1] == "a: 1 -> 2" and log[2] == "b: nil -> x" and view.a == 2)
--@ run: assert(table.concat(word_lengths("a bb cc d")[2], ",") == "bb,cc")
--@ run: local h = proxy.case_insensitive()
--@ run: h["Content-Type"] = "text"
--@ run: assert(h["CONTENT-TYPE"] == "text")
--@ twin E0004: "local by_length = proxy.with_defaults(function()" => "local by_length = proxy.with_default(function()"
--@ twin E0004: "return store[string.lower(key)]" => "return store[string.lowercase(key)]"
--@ twin E0019: "log[#log + 1] = string.format" => "log[log + 1] = string.format"
--@ twin E0001: "rawset(t, key, value)" => "raw_set(t, key, value)"
