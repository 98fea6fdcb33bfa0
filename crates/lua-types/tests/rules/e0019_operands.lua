-- E0019: operators whose operands do not fit.
local n, s, b, t = 1, "text", true, { 1 }
local o: number? = tonumber("1")
print(n + 1, n .. s, s .. 1.5, -n, #s, #t, not t, n // 2, n % 2, n ^ 2, n & 1, n | 1, n ~ 1, ~n, n << 1, n >> 1)
print(n + t) --! E0019
print(n + b) --! E0019
print(n + nil) --! E0019
print(n + o) --! E0019
print(s .. b) --! E0019
print(s .. t) --! E0019
print(s .. o) --! E0019
print(s .. nil) --! E0019
print(-t) --! E0019
print(-b) --! E0019
print(#n) --! E0019
print(#b) --! E0019
print(~t) --! E0019
print(s + 1) --! E0019
print(t << 1) --! E0019
print(n < s) --! E0019
print(t < t) --! E0019
print(b < b) --! E0019
print(n < o) --! E0019
print(n < 2, s < "x", s <= s, n >= 2.5)
print(n == s, t ~= nil, b == nil)
print("10" + 1, "2" * "3")
print(print + 1) --! E0019
print({} .. "") --! E0019
local v = setmetatable({ x = 1 }, { __add = function(x, _) return x end, __lt = function() return true end })
print(v + 1, 1 + v, v + v, v < v)
print(v - 1) --! E0019
print(v .. "") --! E0019

-- Texts that spell numbers.
print("0x10" * 1, " -0X.8p+1 " + 1, "1e2" / 2, -"2", -" 0x2 ", ~"3", "7" & 1)
print("0x" * 1) --! E0019
print("0x1p" * 1) --! E0019
print("inf" + 1) --! E0019
print(-"two") --! E0019
print(~"") --! E0019
