-- A process with typed messages: what arrives is validated by hand and becomes a union.
-- annotated
type Deposit = { kind: "deposit", amount: number }
type Withdraw = { kind: "withdraw", amount: number, reply_to?: string }
type Stop = { kind: "stop" }
type Command = Deposit | Withdraw | Stop
type State = { balance: number, handled: integer, running: boolean }

local function decode(topic: string, data: any): Command?
    if topic == "stop" then
        return { kind = "stop" }
    end
    if type(data) ~= "table" or type(data.amount) ~= "number" then
        return nil
    end
    local amount: number = data.amount
    if topic == "deposit" then
        return { kind = "deposit", amount = amount }
    elseif topic == "withdraw" then
        return { kind = "withdraw", amount = amount, reply_to = data.reply_to }
    end
    return nil
end

local function reply(destination: string?, balance: number)
    if destination then
        process.send(destination, "balance", balance)
    end
end

local function handle(state: State, command: Command)
    state.handled = state.handled + 1
    if command.kind == "deposit" then
        state.balance = state.balance + command.amount
    elseif command.kind == "withdraw" then
        if command.amount <= state.balance then
            state.balance = state.balance - command.amount
        end
        reply(command.reply_to, state.balance)
    elseif command.kind == "stop" then
        state.running = false
    end
end

local function main(initial: number?): State
    local state: State = { balance = initial or 0, handled = 0, running = true }
    local inbox = process.inbox()
    while state.running do
        local message, ok = inbox:receive()
        if not ok then
            break
        end
        local content = message:payload()
        local command = decode(message:topic(), content and content:data())
        if command then
            handle(state, command)
        end
    end
    return state
end

--@ run: local me = process.pid()
--@ run: local balances = process.listen("balance")
--@ run: process.send(me, "deposit", { amount = 10 })
--@ run: process.send(me, "deposit", { amount = "many" })
--@ run: process.send(me, "withdraw", { amount = 4, reply_to = me })
--@ run: process.send(me, "withdraw", { amount = 400 })
--@ run: process.send(me, "stop")
--@ run: local state = main(1)
--@ run: assert(state.balance == 7 and state.handled == 4 and balances and balances:receive() == 7)
--@ twin E0004: "reply(command.reply_to, state.balance)" => "reply(command.sender, state.balance)"
--@ twin E0000: "handle(state, command)" => "handle(state, message:topic() .. "")"
--@ twin E0000: "return { kind = "deposit", amount = amount }" => "return { kind = "deposit", amount = topic }"
--@ twin E0000: "local state: State = { balance = initial or 0, handled = 0, running = true }" => "local state: State = { balance = initial, handled = 0, running = true }"
