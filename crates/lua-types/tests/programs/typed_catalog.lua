-- A product catalog with records, optional fields and maps.
-- annotated
type Product = { id: integer, name: string, price: number, tags: {string}, note?: string }
type Filter = { max_price?: number, tag?: string }

local products: {[integer]: Product} = {}
local next_id: integer = 1

local function add(name: string, price: number, tags: {string}?): Product
    local product: Product = { id = next_id, name = name, price = price, tags = tags or {} }
    products[next_id] = product
    next_id = next_id + 1
    return product
end

local function find(id: integer): Product?
    return products[id]
end

local function has_tag(product: Product, wanted: string): boolean
    for _, tag in ipairs(product.tags) do
        if tag == wanted then
            return true
        end
    end
    return false
end

local function search(filter: Filter): {Product}
    local found: {Product} = {}
    for _, product in pairs(products) do
        local cheap = filter.max_price == nil or product.price <= filter.max_price
        local tagged = filter.tag == nil or has_tag(product, filter.tag)
        if cheap and tagged then
            found[#found + 1] = product
        end
    end
    table.sort(found, function(a: Product, b: Product): boolean
        return a.id < b.id
    end)
    return found
end

local function label(product: Product): string
    local text = product.name .. " at " .. product.price
    if product.note then
        text = text .. " (" .. product.note .. ")"
    end
    return text
end

local function names(list: {Product}): string
    local out: {string} = {}
    for i, product in ipairs(list) do
        out[i] = product.name
    end
    return table.concat(out, ", ")
end

local function price_of(id: integer): number
    local product = find(id)
    if not product then
        return 0
    end
    return product.price
end

--@ run: local pen = add("pen", 2, { "office" })
--@ run: add("desk", 200)
--@ run: pen.note = "blue"
--@ run: assert(label(pen) == "pen at 2 (blue)" and names(search({ tag = "office" })) == "pen")
--@ run: assert(names(search({})) == "pen, desk" and names(search({ max_price = 5 })) == "pen" and price_of(2) == 200 and price_of(9) == 0)
--@ twin E0023: "return product.price" => "return find(id).price"
--@ twin E0000: "local next_id: integer = 1" => "local next_id: integer = "1""
--@ twin E0004: "out[i] = product.name" => "out[i] = product.title"
--@ twin E0000: "local product: Product = { id = next_id, name = name, price = price, tags = tags or {} }" => "local product: Product = { id = next_id, name = name, price = price }"
