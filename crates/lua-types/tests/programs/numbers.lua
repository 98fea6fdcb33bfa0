-- Number theory and numeric code with integers and floats.
local num = {}

function num.gcd(a, b)
    while b ~= 0 do
        a, b = b, a % b
    end
    return a
end

function num.lcm(a, b)
    return a // num.gcd(a, b) * b
end

function num.primes(limit)
    local composite, list = {}, {}
    for n = 2, limit do
        if not composite[n] then
            list[#list + 1] = n
            for m = n * n, limit, n do
                composite[m] = true
            end
        end
    end
    return list
end

function num.factor(n)
    local factors = {}
    local p = 2
    while p * p <= n do
        while n % p == 0 do
            factors[#factors + 1] = p
            n = n // p
        end
        p = p + 1
    end
    if n > 1 then
        factors[#factors + 1] = n
    end
    return factors
end

function num.mean(list)
    local sum = 0
    for i = 1, #list do
        sum = sum + list[i]
    end
    if #list == 0 then
        return 0
    end
    return sum / #list
end

function num.deviation(list)
    local mean = num.mean(list)
    local squares = 0
    for _, v in ipairs(list) do
        squares = squares + (v - mean) ^ 2
    end
    return math.sqrt(squares / #list)
end

function num.round(x, places)
    local factor = 10 ^ (places or 0)
    return math.floor(x * factor + 0.5) / factor
end

function num.clamp(x, low, high)
    return math.max(low, math.min(high, x))
end

function num.newton_sqrt(x, tolerance)
    local guess = x > 1 and x / 2 or 1
    local steps = 0
    repeat
        local better = (guess + x / guess) / 2
        local change = math.abs(better - guess)
        guess = better
        steps = steps + 1
    until change < (tolerance or 1e-9) or steps > 100
    return guess, steps
end

--@ run: assert(num.gcd(48, 36) == 12 and num.lcm(4, 6) == 12)
--@ run: assert(table.concat(num.primes(20), " ") == "2 3 5 7 11 13 17 19")
--@ run: assert(table.concat(num.factor(360), "*") == "2*2*2*3*3*5")
--@ run: assert(num.mean({ 1, 2, 3, 4 }) == 2.5 and num.deviation({ 2, 4, 4, 4, 5, 5, 7, 9 }) == 2)
--@ run: assert(num.round(3.14159, 2) == 3.14 and num.clamp(15, 0, 10) == 10)
--@ run: local root, steps = num.newton_sqrt(2)
--@ run: assert(math.abs(root - math.sqrt(2)) < 1e-9 and steps < 10 and num.mean({}) == 0)
--@ twin E0004: "local mean = num.mean(list)" => "local mean = num.average(list)"
--@ twin E0019: "p = p + 1" => "p = p + factors"
--@ twin E0003: "return math.sqrt(squares / #list)" => "return math.sqrt()"
--@ twin E0019: "steps = steps + 1" => "steps = steps + (steps > 1)"
