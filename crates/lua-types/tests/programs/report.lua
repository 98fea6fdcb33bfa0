-- Formats a table of sales as aligned text with totals.
local sales = {
    { item = "Pen", units = 12, price = 1.5 },
    { item = "Notebook", units = 3, price = 4.25 },
    { item = "Ink", units = 1, price = 19.99 },
}

local function pad(text, width, right)
    local missing = width - #text
    if missing <= 0 then
        return text
    end
    local space = string.rep(" ", missing)
    if right then
        return space .. text
    end
    return text .. space
end

local function money(value)
    return string.format("%.2f", value)
end

local function thousands(n)
    local digits = tostring(math.floor(n))
    local grouped = digits:reverse():gsub("(%d%d%d)", "%1,"):reverse()
    return (grouped:gsub("^,", ""))
end

local function widths(rows)
    local out = {}
    for _, row in ipairs(rows) do
        for i, cell in ipairs(row) do
            out[i] = math.max(out[i] or 0, #cell)
        end
    end
    return out
end

local function render(rows)
    local w = widths(rows)
    local lines = {}
    for _, row in ipairs(rows) do
        local cells = {}
        for i, cell in ipairs(row) do
            cells[i] = pad(cell, w[i] or 0, i > 1)
        end
        lines[#lines + 1] = table.concat(cells, " | ")
    end
    return table.concat(lines, "\n")
end

local function build()
    local rows = { { "item", "units", "sum" } }
    local total, units = 0, 0
    for _, sale in ipairs(sales) do
        local sum = sale.units * sale.price
        total = total + sum
        units = units + sale.units
        rows[#rows + 1] = { sale.item, tostring(sale.units), money(sum) }
    end
    rows[#rows + 1] = { "total", tostring(units), money(total) }
    return render(rows), total
end

local function bar(value, max, width)
    local full = math.floor(value / max * width + 0.5)
    return ("#"):rep(full) .. ("."):rep(width - full)
end

--@ run: local text, total = build()
--@ run: assert(text == "item     | units |   sum\nPen      |    12 | 18.00\nNotebook |     3 | 12.75\nInk      |     1 | 19.99\ntotal    |    16 | 50.74")
--@ run: assert(math.abs(total - 50.74) < 1e-9 and thousands(1234567) == "1,234,567" and thousands(123456) == "123,456")
--@ run: assert(bar(3, 10, 10) == "###.......")
--@ twin E0004: "local sum = sale.units * sale.price" => "local sum = sale.units * sale.prize"
--@ twin E0003: "local space = string.rep(" ", missing)" => "local space = string.rep(" ")"
--@ twin E0000: "rows[#rows + 1] = { "total", tostring(units), money(total) }" => "rows[#rows + 1] = { "total", string.upper({}), money(total) }"
--@ twin E0022: "local grouped = digits:reverse():gsub("(%d%d%d)", "%1,"):reverse()" => "local grouped = digits:reversed()"
