-- payload: data and unmarshal give the value back, a copy, the same one each time.
local original = {list = {1, {2}}, text = "a\xffb", flag = false, int = 9007199254740993, float = 0.5}
local p = assert(payload.new(original))
local value, err = p:data()
assert(err == nil and value ~= original and value.list[2][1] == 2 and value.text == "a\xffb" and value.flag == false)
assert(math.type(value.int) == "integer" and value.int == 9007199254740993 and value.float == 0.5)
original.text = "changed"
assert(p:data().text == "a\xffb" and p:data() == value and p:unmarshal() == value)
local shared = {}
local cyclic = {a = shared, b = shared}
cyclic.self = cyclic
local copy = payload.new(cyclic):unmarshal()
assert(copy.self == copy and copy.a == copy.b and copy.a ~= shared)
local e = payload.new(errors.new{message = "no", kind = errors.CONFLICT, retryable = true, details = {n = 1}}):data()
assert(e:message() == "no" and e:kind() == "Conflict" and e:retryable() == true and e:details().n == 1)
-- a payload of a payload is that payload
assert(payload.new(payload.new{x = 1}):data().x == 1)
assert(payload.new(payload.new{x = 1}:transcode(payload.format.JSON)):get_format() == payload.format.JSON)
