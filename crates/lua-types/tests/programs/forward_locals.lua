-- Forward-declared locals and mutual recursion: a printer and reader of nested values.
local read_value, write_value
local depth_limit = 20

local function read_error(state, text)
    return nil, string.format("%s at %d", text, state.pos)
end

local function skip(state)
    local next_pos = string.find(state.text, "%S", state.pos)
    state.pos = next_pos or #state.text + 1
end

local function read_list(state)
    local list = { n = 0 }
    state.pos = state.pos + 1
    while true do
        skip(state)
        if string.sub(state.text, state.pos, state.pos) == ")" then
            state.pos = state.pos + 1
            return list
        end
        local value, err = read_value(state)
        if err then
            return nil, err
        end
        list.n = list.n + 1
        list[list.n] = value
    end
end

read_value = function(state)
    skip(state)
    state.depth = state.depth + 1
    if state.depth > depth_limit then
        return read_error(state, "too deep")
    end
    local c = string.sub(state.text, state.pos, state.pos)
    local value, err
    if c == "" then
        return read_error(state, "unexpected end")
    elseif c == "(" then
        value, err = read_list(state)
    elseif c == ")" then
        return read_error(state, "unexpected )")
    else
        local word = string.match(state.text, "^[^%s()]+", state.pos) or ""
        state.pos = state.pos + #word
        value = tonumber(word) or word
    end
    state.depth = state.depth - 1
    return value, err
end

local function write_list(list, out)
    out[#out + 1] = "("
    for i = 1, list.n do
        if i > 1 then
            out[#out + 1] = " "
        end
        write_value(list[i], out)
    end
    out[#out + 1] = ")"
end

function write_value(value, out)
    if type(value) == "table" then
        write_list(value, out)
    else
        out[#out + 1] = tostring(value)
    end
end

local function read(text)
    return read_value({ text = text, pos = 1, depth = 0 })
end

local function write(value)
    local out = {}
    write_value(value, out)
    return table.concat(out)
end

local is_even, is_odd

function is_even(n)
    if n == 0 then
        return true
    end
    return is_odd(n - 1)
end

function is_odd(n)
    if n == 0 then
        return false
    end
    return is_even(n - 1)
end

--@ run: local v = assert(read("( define  (square x) (* x 2) )"))
--@ run: assert(write(v) == "(define (square x) (* x 2))" and write(5) == "5")
--@ run: assert(select(2, read("(a (b")) == "unexpected end at 6" and select(2, read(")")) == "unexpected ) at 1")
--@ run: assert(select(2, read(string.rep("(", 30))) == "too deep at 21" and is_even(10) and is_odd(7))
--@ twin E0001: "value, err = read_list(state)" => "value, err = read_lst(state)"
--@ twin E0019: "return table.concat(out)" => "return out .. """
--@ twin E0001: "if state.depth > depth_limit then" => "if state.depth > depth_limits then"
--@ twin E0004: "local next_pos = string.find(state.text, "%S", state.pos)" => "local next_pos = string.search(state.text, "%S", state.pos)"
