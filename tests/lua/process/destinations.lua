-- process: texts that are no PID of a process are NotFound for every operation; texts that are not UTF-8 raise.
local function refused(text, f, ...)
  local value, err = f(text, ...)
  assert(value == nil and errors.is(err, errors.NOT_FOUND), text .. ": " .. tostring(err))
  assert(#err:message() < 2000000)
end
for _, text in ipairs{"{", "{}", "{|}", "{a|}", "{|1}", "{a|b", "{@a|1}", "{node@test:processes|1}", "{test:processes|ffffffffffffffffff}", "{test:processes|-1}", "nobody-of-this-name", "\0", "{a|b|c}", ("x"):rep(4096), process.pid() .. "x", process.pid():gsub("}", " }") .. ""} do
  refused(text, process.send, "t", 1)
  refused(text, process.cancel)
  refused(text, process.terminate)
  refused(text, process.monitor)
  refused(text, process.link)
  refused(text, process.unlink)
  refused(text, process.registry.lookup)
end
for _, f in ipairs{process.send, process.cancel, process.terminate, process.monitor, process.link, process.registry.lookup} do
  local ok, err = pcall(f, "\xff", "t")
  assert(not ok and tostring(err):find("UTF-8", 1, true), tostring(err))
end
local none, err = process.monitor(process.pid())
assert(none == nil and errors.is(err, errors.INVALID) and err:message():find("itself", 1, true))
assert(process.link(process.pid()) == true and process.unlink(process.pid()) == true)
