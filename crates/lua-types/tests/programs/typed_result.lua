-- Results as a discriminated union of success and failure.
-- annotated
type Success = { ok: true, value: number }
type Failure = { ok: false, error: string }
type Result = Success | Failure

local function success(value: number): Result
    return { ok = true, value = value }
end

local function failure(text: string): Result
    return { ok = false, error = text }
end

local function parse(text: string): Result
    local n = tonumber(text)
    if n == nil then
        return failure("not a number: " .. text)
    end
    return success(n)
end

local function divide(a: number, b: number): Result
    if b == 0 then
        return failure("division by zero")
    end
    return success(a / b)
end

local function unwrap(result: Result): number
    if result.ok then
        return result.value
    end
    error(result.error)
end

local function describe(result: Result): string
    if result.ok == false then
        return "failed: " .. result.error
    end
    return "got " .. result.value
end

local function chain(result: Result, next_step: (number) -> Result): Result
    if result.ok then
        return next_step(result.value)
    end
    return result
end

local function ratio(a: string, b: string): Result
    return chain(parse(a), function(x: number): Result
        return chain(parse(b), function(y: number): Result
            return divide(x, y)
        end)
    end)
end

local function sum(texts: {string}): (number, integer)
    local total: number, bad: integer = 0, 0
    for _, text in ipairs(texts) do
        local result = parse(text)
        if result.ok then
            total = total + result.value
        else
            bad = bad + 1
        end
    end
    return total, bad
end

--@ run: assert(unwrap(ratio("6", "4")) == 1.5 and describe(ratio("1", "0")) == "failed: division by zero")
--@ run: assert(describe(ratio("x", "1")) == "failed: not a number: x" and not pcall(unwrap, failure("no")))
--@ run: local total, bad = sum({ "1", "2.5", "?" })
--@ run: assert(total == 3.5 and bad == 1)
--@ twin E0004: "return "failed: " .. result.error" => "return "failed: " .. result.value"
--@ twin E0000: "return { ok = false, error = text }" => "return { ok = false, error = 5 }"
--@ twin E0000: "return failure("division by zero")" => "return "division by zero""
--@ twin E0010: "return total, bad" => "return total"
