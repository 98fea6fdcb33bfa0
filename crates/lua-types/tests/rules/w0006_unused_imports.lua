-- W0006: modules that are required and never used.
-- modules: json, time, http, funcs, events
local json = require("json")
local time = require("time") --! W0006
local _http = require("http")
local funcs, events = require("funcs"), require("events") --! W0006
print(json.encode(1), funcs)
