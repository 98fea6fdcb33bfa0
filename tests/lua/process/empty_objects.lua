-- process: an empty table that held a text key is still an object after a message.
-- modules: json
local json = require("json")
local emptied = { a = 1 }
emptied.a = nil
process.send(process.pid(), "x", { object = emptied, list = {}, deep = { { emptied } } })
local got = process.inbox():receive():payload():data()
assert(json.encode(got.object) == "{}", json.encode(got.object))
assert(json.encode(got.list) == "[]", json.encode(got.list))
assert(json.encode(got.deep) == "[[{}]]", json.encode(got.deep))
