-- An inventory with reservations; the module is filled step by step and keeps its state in upvalues.
local inventory = {}

local stock = {}
local reservations = {}
local next_reservation = 1

inventory.LOW = 3

function inventory.add(sku, amount, price)
    local item = stock[sku]
    if not item then
        item = { sku = sku, amount = 0, reserved = 0, price = price or 0 }
        stock[sku] = item
    end
    item.amount = item.amount + amount
    return item
end

function inventory.available(sku)
    local item = stock[sku]
    if not item then
        return 0
    end
    return item.amount - item.reserved
end

function inventory.reserve(sku, amount)
    local item = stock[sku]
    if not item then
        return nil, "unknown item " .. sku
    end
    if inventory.available(sku) < amount then
        return nil, string.format("only %d of %s left", inventory.available(sku), sku)
    end
    item.reserved = item.reserved + amount
    local id = next_reservation
    next_reservation = next_reservation + 1
    reservations[id] = { sku = sku, amount = amount }
    return id
end

local function take(id)
    local reservation = reservations[id]
    if reservation == nil then
        return nil
    end
    reservations[id] = nil
    local item = stock[reservation.sku]
    if item == nil then
        return nil
    end
    item.reserved = item.reserved - reservation.amount
    return item, reservation.amount
end

function inventory.cancel(id)
    return take(id) ~= nil
end

function inventory.ship(id)
    local item, amount = take(id)
    if not item or not amount then
        return false
    end
    item.amount = item.amount - amount
    return true, amount * item.price
end

function inventory.low()
    local list = {}
    for sku in pairs(stock) do
        if inventory.available(sku) <= inventory.LOW then
            list[#list + 1] = sku
        end
    end
    table.sort(list)
    return list
end

inventory.report = function()
    local worth = 0
    for _, item in pairs(stock) do
        worth = worth + item.amount * item.price
    end
    return worth
end

return inventory

--@ run: inventory.add("pen", 10, 2)
--@ run: inventory.add("ink", 2, 5)
--@ run: local id = assert(inventory.reserve("pen", 8))
--@ run: assert(select(2, inventory.reserve("pen", 3)) == "only 2 of pen left")
--@ run: assert(table.concat(inventory.low(), ",") == "ink,pen" and inventory.report() == 30)
--@ run: local ok, sum = inventory.ship(id)
--@ run: assert(ok and sum == 16 and not inventory.cancel(id) and inventory.report() == 14)
--@ twin E0004: "return item.amount - item.reserved" => "return item.amount - item.reservd"
--@ twin E0004: "if inventory.available(sku) <= inventory.LOW then" => "if inventory.available(sku) <= inventory.MINIMUM then"
--@ twin E0019: "next_reservation = next_reservation + 1" => "next_reservation = next_reservation + reservations"
--@ twin E0023: "local item, amount = take(id)" => "local item, amount = take(id).sku, 1"
