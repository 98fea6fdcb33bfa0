-- process: the number of a process under another host is no PID of it; to link to it or send to it is NotFound.
-- modules: funcs
require("funcs").call("test:echo", 1)
for _, host in ipairs{"test:echo", "test:elsewhere"} do
  local pid = process.pid():gsub("{.-|", "{" .. host .. "|")
  for _, f in ipairs{process.link, process.send} do
    local ok, err = f(pid, "t")
    assert(ok == nil and errors.is(err, errors.NOT_FOUND), pid .. " " .. tostring(ok))
  end
end
