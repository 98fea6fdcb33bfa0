-- Numeric code with annotated arrays; every access stays within bounds or has a default.
-- annotated
type Row = {number}
type Matrix = {Row}
type Size = { rows: integer, columns: integer }

local function size(m: Matrix): Size
    local first = m[1]
    if first == nil then
        return { rows = 0, columns = 0 }
    end
    return { rows = #m, columns = #first }
end

local function fill(rows: integer, columns: integer, value: number): Matrix
    local out: Matrix = {}
    for i = 1, rows do
        local row: Row = {}
        for j = 1, columns do
            row[j] = value
        end
        out[i] = row
    end
    return out
end

local function at(m: Matrix, i: integer, j: integer): number
    local row = m[i]
    if not row then
        return 0
    end
    return row[j] or 0
end

local function transpose(m: Matrix): Matrix
    local s = size(m)
    local out = fill(s.columns, s.rows, 0)
    for i, row in ipairs(out) do
        for j = 1, s.rows do
            row[j] = at(m, j, i)
        end
    end
    return out
end

local function add(a: Matrix, b: Matrix): (Matrix?, string?)
    local x, y = size(a), size(b)
    if x.rows ~= y.rows or x.columns ~= y.columns then
        return nil, "sizes differ"
    end
    local out = fill(x.rows, x.columns, 0)
    for i = 1, #out do
        local row = out[i]
        for j = 1, #row do
            row[j] = at(a, i, j) + at(b, i, j)
        end
    end
    return out
end

local function map(m: Matrix, fn: (number, integer, integer) -> number): Matrix
    local out: Matrix = {}
    for i, row in ipairs(m) do
        local new_row: Row = {}
        for j, value in ipairs(row) do
            new_row[j] = fn(value, i, j)
        end
        out[i] = new_row
    end
    return out
end

local function sum(m: Matrix): number
    local total: number = 0
    for _, row in ipairs(m) do
        for _, value in ipairs(row) do
            total = total + value
        end
    end
    return total
end

local function double_sum(m: Matrix): number
    local both, err = add(m, m)
    if not both then
        error(err)
    end
    return sum(both)
end

--@ run: local m: Matrix = { { 1, 2, 3 }, { 4, 5, 6 } }
--@ run: local t = transpose(m)
--@ run: assert(at(t, 3, 2) == 6 and at(t, 9, 9) == 0 and size(t).rows == 3 and double_sum(m) == 42)
--@ run: assert(select(2, add(m, t)) == "sizes differ" and sum(map(m, function(v, i) return v * i end)) == 36)
--@ run: assert(size({}).rows == 0)
--@ twin E0000: "return row[j] or 0" => "return row[j]"
--@ twin E0000: "return sum(both)" => "return sum((add(m, m)))"
--@ twin E0004: "local out = fill(s.columns, s.rows, 0)" => "local out = fill(s.cols, s.rows, 0)"
--@ twin E0018: "new_row[j] = fn(value, i, j)" => "new_row["j"] = fn(value, i, j)"
