-- process, channel, events, time, json: no kind of argument brings a process down; what is refused is raised or an error.
-- modules: events, time, json, payload
local function values()
  return {nil, 5, -1, "x", "\0\xff", {}, {1}, {a = 1}, true, print, 1e308, 0 / 0, math.mininteger, channel.new(1), errors.new("q"), ("y"):rep(1000)}
end
local skipped = {terminate = true, exec = true, sleep = true, send = true, receive = true}
local tried = 0
for _, library in ipairs{process, process.registry, channel, require("events"), require("time"), require("json"), require("payload")} do
  for name, f in pairs(library) do
    if type(f) == "function" and not skipped[name] then
      local v = values()
      for i = 1, 16 do
        for j = 1, 16, 3 do
          for k = 1, 16, 7 do
            local ok, got, err = pcall(f, v[i], v[j], v[k]) -- lint: ignore E0003
            assert(ok or type(got) == "string" or type(got) == "userdata", name)
            tried = tried + 1
          end
        end
      end
    end
  end
end
assert(tried > 10000, tried)
local objects = {channel.new(), require("time").timer("1h"), require("time").ticker("1h"), require("time").now(), errors.new("e"), process.inbox(), process.with_context{}}
for _, object in ipairs(objects) do
  for _, name in ipairs{"close", "stop", "reset", "channel", "sub", "add", "format", "message", "kind", "cause", "details", "with_name", "with_message", "case_send", "case_receive", "unix", "truncate", "in_location", "stack", "retryable"} do
    local f = object[name]
    if f then
      for _, this in ipairs{object, 5, "x", {}, channel.new(), errors.new("e")} do
        local v = values()
        for i = 1, 16 do pcall(f, this, v[i]) end
      end
    end
  end
end
