local http = require("http")

local page = [[
<!doctype html>
<title>Hello</title>
<h1>Hello, %s!</h1>
<p>This page comes from <code>src/hello.lua</code>.</p>
]]

local function escape(text)
    return (text:gsub("[&<>\"]", { ["&"] = "&amp;", ["<"] = "&lt;", [">"] = "&gt;", ['"'] = "&quot;" }))
end

local function handle()
    local req, res = http.request(), http.response()
    local name = req:param("name") or "world"
    local wanted = req:header("Accept") or ""
    if wanted:find("application/json", 1, true) then
        res:write_json({ hello = name })
        return
    end
    res:set_content_type("text/html; charset=utf-8")
    res:write(page:format(escape(name)))
end

return { handle = handle }
