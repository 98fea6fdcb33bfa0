-- Long work of every kind: what could hold a worker. Each line of three dashes names a case, the lines below are its program.
-- `crates/lua-std/examples/pauses.rs` runs them; `send`, `receive` and `json` are there beside the base libraries.

--- array of 10 M
local t = {} for i = 1, 10000000 do t[i] = i end

--- hash of 10 M integer keys
local t = {} for i = 1, 10000000 do t[i * 2 + 1e6 // 1 | 0] = i end

--- hash of 1 M text keys
local t = {} for i = 1, 1000000 do t['k' .. i] = i end

--- hash emptied and filled again
local t = {} for i = 1, 1000000 do t[-i] = i end
for i = 1, 900000 do t[-i] = nil end
for i = 1, 900000 do t[i * 1.5] = i end

--- collection of 500 MB of tables
local keep = {} for i = 1, 3000000 do keep[i] = { x = i } end
for i = 1, 3000000 do keep[i] = nil end
for i = 1, 3000000 do local t = { i } end

--- garbage of 100 MB texts
for i = 1, 20 do local s = string.rep('x', 100000000 + i) end

--- a live heap of 200 MB that is written all the time
local keep = {} for i = 1, 1000000 do keep[i] = { i } end
for i = 1, 5000000 do keep[i % 1000000 + 1] = { i } end

--- a shuffled heap of 2 M tables
local keep, at = {}, 1 for i = 1, 2000000 do keep[i] = { i } end
for i = 1, 6000000 do at = (at * 1103515245 + 12345) % 2147483648 keep[at % 2000000 + 1] = { i } end

--- a walk over a shuffled heap
local keep, at = {}, 1 for i = 1, 2000000 do keep[i] = { i } end
for i = 1, 2000000 do at = (at * 1103515245 + 12345) % 2147483648 keep[at % 2000000 + 1] = { i } end
local n = 0
for i = 1, 3000000 do at = (at * 1103515245 + 12345) % 2147483648 n = n + keep[at % 2000000 + 1][1] end

--- clearing an array from its front
local t = {} for i = 1, 5000000 do t[i] = i end for i = 1, 5000000 do t[i] = nil end assert(#t == 0)

--- an array filled from its end
local t = {} for i = 2000000, 1, -1 do t[i] = i end assert(#t == 2000000)
for i = 1, 100000 do t[#t + 1] = i end assert(#t == 2100000)

--- next over removed entries
local t = {} for i = 1, 5000000 do t[-i] = i end for i = 1, 5000000 do t[-i] = nil end
assert(next(t) == nil) for k in pairs(t) do error(k) end

--- a queue of texts
local t = {} for i = 1, 2000000 do t['k' .. i] = i if i > 50000 then t['k' .. i - 50000] = nil end end

--- unpack of 60,000 tables, again and again
local t = {} for i = 1, 60000 do t[i] = { i } end local function f(...) return { ... } end
for i = 1, 20 do f(table.unpack(t, 1, 60000)) end

--- a stack of 200,000 frames
local function down(n) if n == 0 then return {} end local t = down(n - 1) return t and { n } end
for i = 1, 5 do down(200000) end

--- 100,000 coroutines
local all = {} for i = 1, 100000 do
local co = coroutine.wrap(function() local t = { i } while true do coroutine.yield(t) end end) co() all[i] = co end
for round = 1, 3 do for i = 1, #all do all[i]() end end

--- message: array of 1 M
local t = {} for i = 1, 1000000 do t[i] = i end send(t) assert(#receive() == 1000000)

--- message: 500,000 text keys
local t = {} for i = 1, 500000 do t['k' .. i] = i end send(t) assert(receive().k500000 == 500000)

--- message: 500,000 tables
local t = {} for i = 1, 500000 do t[i] = { i, name = 'n' .. i } end send(t) assert(#receive() == 500000)

--- message: 200,000 levels
local t = {} for i = 1, 200000 do t = { t } end send(t) local n = 0
local r = receive() while r[1] do r = r[1] n = n + 1 end assert(n == 200000)

--- message: a long text
local t = { string.rep('ab', 50000000) } send(t) assert(#receive()[1] == 100000000)

--- message: 1,000 texts of 64 KB
local t = {} for i = 1, 1000 do t[i] = string.rep('a', 60000 + i) end send(t) receive()

--- message: for two who receive it
local t = { string.rep('ab', 20000000) } for i = 1, 300000 do t[i + 1] = { 'n' .. i } end send(t)
assert(#receive(true) == 300001) assert(#receive() == 300001)

--- message: nobody receives it
local t = { string.rep('ab', 20000000) } for i = 1, 300000 do t[i + 1] = { 'n' .. i } end send(t)

--- json
local t = {} for i = 1, 200000 do t[i] = { id = i, name = 'n' .. i } end local s = json.encode(t) assert(#json.decode(s) == 200000)

--- json of a long text
local s = string.rep('a\n', 5000000) assert(json.decode(json.encode(s)) == s)

--- rep
local s = string.rep('ab', 100000000)

--- rep of a short one with separator
local s = string.rep('a', 30000000, ', ')

--- upper, lower, reverse
local s = string.rep('ab', 20000000) s = s:upper() s = s:lower() s = s:reverse()

--- upper of UTF-8
local s = string.rep('äb', 10000000) s = s:upper() s = s:lower()

--- sub
local s = string.rep('ab', 40000000) s = s:sub(2)

--- concatenation
local s = string.rep('ab', 30000000) local t = s .. s .. 'x' .. 1

--- comparison
local s = string.rep('ab', 30000000) local a, b = s .. 'x', s .. 'y' local c, d = a == b, a < b

--- hash of a long text
local s = string.rep('ab', 30000000) .. 'x' local t = {} t[s] = 1

--- table.concat
local t = {} for i = 1, 2000000 do t[i] = 'item ' .. i end local s = table.concat(t, ', ')

--- table.concat of long ones
local s = string.rep('ab', 10000000) local t = table.concat({ s, s, s }, s)

--- insert and remove in front
local t = {} for i = 1, 3000000 do t[i] = i end table.insert(t, 1, 0) table.remove(t, 1)

--- move
local t = {} for i = 1, 3000000 do t[i] = i end local u = table.move(t, 1, #t, 1, {})

--- unpack
local t = {} for i = 1, 65000 do t[i] = i end local n = select('#', table.unpack(t))

--- pack
local t = {} for i = 1, 65000 do t[i] = i end local p = table.pack(table.unpack(t))

--- varargs
local function f(...) local t = { ... } return #t end local t = {} for i = 1, 65000 do t[i] = i end f(table.unpack(t))

--- string.byte and char
local s = string.rep('ab', 30000) local t = string.char(s:byte(1, -1))

--- sort of numbers
local t = {} for i = 1, 1000000 do t[i] = (i * 7919) % 1000003 end table.sort(t)

--- sort of texts
local t = {} for i = 1, 200000 do t[i] = 'k' .. (i * 7919) % 1000003 end table.sort(t)

--- sort of long texts
local s = string.rep('a', 100000) local t = {} for i = 1, 1000 do t[i] = s .. i end table.sort(t)

--- gsub
local s = string.rep('ab', 10000000) local t = s:gsub('a', 'xyz')

--- gsub of a long text by a long one
local s = string.rep('ab', 10000000) local t = ('x'):gsub('x', s)

--- find
local s = string.rep('a', 50000000) local x, y = s:find('ab', 1, true), s:find('[b-z]')

--- backtracking
local ok = string.rep('a', 300):match('a-a-a-b')

--- captures
local a = string.rep('ab', 20000000):match('(.*)b')

--- format
local s = string.rep('ab', 20000000) local t = string.format('%s-%s', s, s)

--- format %q
local s = string.rep('a\n', 10000000) local t = string.format('%q', s)

--- pack and unpack
local s = string.rep('ab', 10000000) local p = string.pack('s4', s) local q = string.unpack('s4', p)

--- tonumber
local s = string.rep(' ', 20000000) .. '1' local a, b = tonumber(s), tonumber(s, 10)

--- error with a long text
local s = string.rep('ab', 20000000) pcall(error, s)

--- errors with long texts
local s = string.rep('ab', 20000000) local e = errors.new('INVALID', s) local w = errors.wrap(e, s)
local a, b, joined = #e:message(), #tostring(w), w .. 'x'
assert(a == 65536 and b == a + 5 and #joined == b + 1)

--- errors with large details
local t = {} for i = 1, 200000 do t[i] = { i } end
local ok, e = pcall(errors.new, { message = 'm', details = t }) assert(not ok or #e:details() == #t)

--- json of long keys that are alike
local k, t = string.rep('k', 3000000), {} for i = 1, 5 do t[k .. i] = i end
local s = json.encode(t) assert(json.decode(s)[k .. 3] == 3)

--- json of many keys that are alike
local k, t = string.rep('k', 20000), {} for i = 1, 1000 do t[k .. i] = i end
local s = json.encode(t) assert(json.decode(s)[k .. 3] == 3)

--- json of a few thousand keys that are alike
local k, t = string.rep('k', 200), {} for i = 1, 4000 do t[k .. i] = i end for i = 1, 20 do json.encode(t) end

--- json of one long number
local s = string.rep('1234567890', 500000) assert(json.decode('[0.' .. s .. ']')[1] > 0.1)

--- json of spaces
local s = string.rep(' \n', 5000000) assert(json.decode(s .. '{"a"' .. s .. ':' .. s .. '1}' .. s).a == 1)

--- json with a mistake at its end
local s = string.rep('\n', 10000000) local v, e = json.decode(s .. 'x') assert(not v and e:message():find('line 10000001'))

--- json of many small tables in one piece
local s = '[' .. string.rep('{},', 2700) .. '{}]' for i = 1, 50 do assert(#json.decode(s) == 2701) end
local t = json.decode(s) for i = 1, 50 do assert(#json.encode(t) == #s) end

--- json of escapes
local s = '"' .. string.rep('\\u00e4', 2000000) .. '"' assert(#json.decode(s) == 4000000)

--- json of the message of an error
local e = errors.new(string.rep('a\n', 2000000)) assert(#json.encode({ e }) == 65536 + 32758 + 4)

--- payload: a large table as JSON
local t = {} for i = 1, 200000 do t[i] = { id = i, name = 'n' .. i } end
local p = payload.new(t):transcode(payload.format.JSON) assert(#p:data() == 200000)
assert(#payload.new(t):transcode(payload.format.STRING):data() > 200000)
local q = p:transcode(payload.format.LUA) assert(#q:data() == 200000)

--- payload: a long text as JSON
local s = string.rep('a\n', 5000000) assert(payload.new(s):transcode(payload.format.JSON):data() == s)

--- payload: opened and copied again
local t = {} for i = 1, 200000 do t[i] = { i } end local p = payload.new(t) p:data()
assert(#p:transcode(payload.format.JSON):data() == 200000)

--- upper of UTF-8 of 60 KB
local s = string.rep('äb', 20000) for i = 1, 20 do s = s:upper():lower() end

--- a pattern of many sets
local s = string.rep('ab', 8000) for i = 1, 3 do assert(s:find(string.rep('[a-c]', 13000))) end

--- packing with a long format
assert(string.packsize(string.rep('i8', 2000000)) == 16000000)
assert(#string.pack(string.rep('x', 4000000)) == 4000000)
assert(select('#', string.unpack(string.rep('b', 60000), string.rep('a', 60000))) == 60001)

--- packing what ends with a zero
local s = string.rep('ab', 10000000) assert(#string.unpack('z', string.pack('z', s)) == #s)

--- room for a table
for i = 1, 5 do local t = table.create(10000000, 100000) t[1] = 1 end

--- keys by raw access
local s, t = string.rep('ab', 10000000), {} rawset(t, s .. 'x', 1) assert(rawget(t, s .. 'x') == 1 and next(t) and rawequal(s .. 'x', s .. 'x'))
assert(next(t, s .. 'x') == nil)

--- formats of many numbers
local t = {} for i = 1, 60000 do t[i] = i / 7 end local s = string.format(string.rep('%99.50f', 60000), table.unpack(t))

--- select from many
local t = {} for i = 1, 60000 do t[i] = i end
local function f(...) for i = 1, 60000, 97 do local a = select(i, ...) end return (select(-1, ...)) end assert(f(table.unpack(t)) == 60000)

--- concatenation of many floats
local t = {} for i = 1, 300000 do t[i] = i / 7 end local s = table.concat(t, ',')

--- hash of 1 M text keys in the order of another
local t, u = {}, {} for i = 1, 1000000 do t['k' .. i * 7919 % 1000003] = i end for k, v in pairs(t) do u[k] = v end
