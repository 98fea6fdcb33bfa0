-- Orders as a typed state machine: each state has its own record.
-- annotated
type Item = { sku: string, count: integer, price: number }
type Draft = { state: "draft", items: {Item} }
type Placed = { state: "placed", items: {Item}, number: integer }
type Paid = { state: "paid", items: {Item}, number: integer, amount: number }
type Cancelled = { state: "cancelled", reason: string }
type Order = Draft | Placed | Paid | Cancelled

local last_number: integer = 0

local function total(items: {Item}): number
    local sum = 0
    for _, item in ipairs(items) do
        sum = sum + item.count * item.price
    end
    return sum
end

local function draft(): Draft
    return { state = "draft", items = {} }
end

local function add(order: Draft, sku: string, count: integer, price: number): Draft
    order.items[#order.items + 1] = { sku = sku, count = count, price = price }
    return order
end

local function place(order: Order): (Placed?, string?)
    if order.state ~= "draft" then
        return nil, "cannot place an order that is " .. order.state
    end
    if #order.items == 0 then
        return nil, "an order needs an item"
    end
    last_number = last_number + 1
    return { state = "placed", items = order.items, number = last_number }
end

local function pay(order: Order, amount: number): Order
    if order.state == "placed" then
        if amount < total(order.items) then
            return { state = "cancelled", reason = "too little" }
        end
        return { state = "paid", items = order.items, number = order.number, amount = amount }
    end
    return order
end

local function describe(order: Order): string
    if order.state == "draft" then
        return "draft of " .. #order.items
    elseif order.state == "placed" then
        return "order " .. order.number
    elseif order.state == "paid" then
        return string.format("order %d, paid %.2f", order.number, order.amount)
    else
        return "cancelled: " .. order.reason
    end
end

local function checkout(order: Draft, amount: number): string
    local placed, err = place(order)
    if not placed then
        return "error: " .. tostring(err)
    end
    return describe(pay(placed, amount))
end

--@ run: local order = add(add(draft(), "pen", 2, 1.5), "ink", 1, 5)
--@ run: assert(total(order.items) == 8 and describe(order) == "draft of 2" and checkout(order, 8) == "order 1, paid 8.00")
--@ run: assert(checkout(order, 1) == "cancelled: too little" and checkout(draft(), 1) == "error: an order needs an item")
--@ run: local placed = assert(place(order))
--@ run: assert(describe(placed) == "order 3" and select(2, place(placed)) == "cannot place an order that is placed")
--@ twin E0004: "return "cancelled: " .. order.reason" => "return "cancelled: " .. order.number"
--@ twin E0000: "return { state = "draft", items = {} }" => "return { state = "new", items = {} }"
--@ twin E0000: "return describe(pay(placed, amount))" => "return describe((place(placed)))"
--@ twin E0003: "local placed, err = place(order)" => "local placed, err = place()"
