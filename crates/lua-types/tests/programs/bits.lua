-- Bit sets, permission masks and a small checksum with integer operators.
local bits = {}

bits.READ = 1 << 0
bits.WRITE = 1 << 1
bits.EXECUTE = 1 << 2
bits.ALL = bits.READ | bits.WRITE | bits.EXECUTE

local NAMES = { [bits.READ] = "read", [bits.WRITE] = "write", [bits.EXECUTE] = "execute" }

function bits.set(mask, flag)
    return mask | flag
end

function bits.clear(mask, flag)
    return mask & ~flag
end

function bits.has(mask, flag)
    return mask & flag == flag
end

function bits.names(mask)
    local out = {}
    for i = 0, 2 do
        local flag = 1 << i
        if mask & flag ~= 0 then
            out[#out + 1] = NAMES[flag] or "?"
        end
    end
    return table.concat(out, "+")
end

function bits.count(n)
    local count = 0
    while n ~= 0 do
        n = n & (n - 1)
        count = count + 1
    end
    return count
end

function bits.to_binary(n, width)
    local digits = {}
    for i = (width or 8) - 1, 0, -1 do
        digits[#digits + 1] = (n >> i) & 1
    end
    return table.concat(digits)
end

function bits.checksum(text)
    local a, b = 1, 0
    for i = 1, #text do
        a = (a + text:byte(i)) % 65521
        b = (b + a) % 65521
    end
    return (b << 16) | a
end

function bits.rgb(hex)
    local r, g, b = string.match(hex, "^#(%x%x)(%x%x)(%x%x)$")
    if not r or not g or not b then
        return nil
    end
    local red, green, blue = tonumber(r, 16), tonumber(g, 16), tonumber(b, 16)
    return { red = red, green = green, blue = blue }
end

function bits.pack(red, green, blue)
    return (red & 0xff) << 16 | (green & 0xff) << 8 | (blue & 0xff)
end

--@ run: local mask = bits.set(bits.READ, bits.EXECUTE)
--@ run: assert(bits.names(mask) == "read+execute" and bits.has(mask, bits.READ) and not bits.has(mask, bits.WRITE))
--@ run: assert(bits.clear(bits.ALL, bits.WRITE) == mask and bits.count(255) == 8)
--@ run: assert(bits.to_binary(5) == "00000101" and bits.checksum("Wikipedia") == 300286872)
--@ run: local c = assert(bits.rgb("#ff8000"))
--@ run: assert(c.red == 255 and c.green == 128 and bits.rgb("red") == nil and bits.pack(255, 128, 0) == 0xff8000)
--@ twin E0004: "bits.ALL = bits.READ | bits.WRITE | bits.EXECUTE" => "bits.ALL = bits.READ | bits.WRITE | bits.EXEC"
--@ twin E0019: "local flag = 1 << i" => "local flag = 1 << {}"
--@ twin E0019: "count = count + 1" => "count = count + NAMES"
--@ twin E0004: "return table.concat(digits)" => "return table.join(digits)"
