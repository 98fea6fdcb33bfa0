-- E0024: modules that the entry does not list.
-- modules: json, time, htpp
local json = require("json")
local time = require("time")
local text = require("string")
local http = require("http") --! E0024
local htpp = require("htpp")
local jsn = require "jsn" --! E0024
local function later()
    return require("funcs") --! E0024
end
local name = "computed"
local dynamic = require(name)
print(json, time, text, http, htpp, jsn, later, dynamic)
