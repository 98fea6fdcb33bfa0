-- Matrices of numbers as rows of columns.
local M = {}

local function zeros(rows, cols)
    local out = {}
    for i = 1, rows do
        local row = {}
        for j = 1, cols do
            row[j] = 0
        end
        out[i] = row
    end
    return out
end

function M.zeros(rows, cols)
    return zeros(rows, cols or rows)
end

function M.identity(n)
    local out = zeros(n, n)
    for i = 1, #out do
        local row = out[i]
        row[i] = 1
    end
    return out
end

function M.shape(m)
    local first = m[1]
    if not first then
        return 0, 0
    end
    return #m, #first
end

function M.multiply(a, b)
    local rows, inner = M.shape(a)
    local inner_b, cols = M.shape(b)
    if inner ~= inner_b then
        return nil, string.format("cannot multiply %dx%d by %dx%d", rows, inner, inner_b, cols)
    end
    local out = zeros(rows, cols)
    for i, row in ipairs(out) do
        for j = 1, cols do
            local sum = 0
            for k = 1, inner do
                sum = sum + a[i][k] * b[k][j]
            end
            row[j] = sum
        end
    end
    return out
end

function M.power(m, n)
    local rows = M.shape(m)
    local out = M.identity(rows)
    for _ = 1, n do
        local product, err = M.multiply(out, m)
        if not product then
            return nil, err
        end
        out = product
    end
    return out
end

function M.tostring(m)
    local lines = {}
    for i, row in ipairs(m) do
        lines[i] = table.concat(row, " ")
    end
    return table.concat(lines, "\n")
end

function M.trace(m)
    local sum = 0
    for i = 1, #m do
        sum = sum + m[i][i]
    end
    return sum
end

--@ run: local fib = assert(M.power({ { 1, 1 }, { 1, 0 } }, 10))
--@ run: assert(M.tostring(fib) == "89 55\n55 34" and M.trace(fib) == 123)
--@ run: local bad, err = M.multiply(M.zeros(2, 3), M.zeros(2, 3))
--@ run: assert(bad == nil and err == "cannot multiply 2x3 by 2x3")
--@ run: assert(M.trace(M.identity(4)) == 4)
--@ twin E0004: "local out = M.identity(rows)" => "local out = M.identty(rows)"
--@ twin E0019: "row[j] = sum" => "row[j] = sum .. zeros"
--@ twin E0001: "local out = zeros(n, n)" => "local out = zeross(n, n)"
--@ twin E0000: "return table.concat(lines, "\n")" => "return table.concat(lines, {})"
