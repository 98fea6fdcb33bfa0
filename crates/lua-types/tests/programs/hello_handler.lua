-- An HTTP handler that answers as JSON, as text or as a page, whatever the client accepts.
-- modules: http
local http = require("http")

local GREETINGS = { en = "Hello", de = "Hallo", fr = "Bonjour" }

local function escape(text)
    return (text:gsub("[&<>\"]", { ["&"] = "&amp;", ["<"] = "&lt;", [">"] = "&gt;", ['"'] = "&quot;" }))
end

local function language(header)
    if not header then
        return "en"
    end
    for tag in header:gmatch("%a+") do
        if GREETINGS[tag] then
            return tag
        end
    end
    return "en"
end

local function greeting(name, lang)
    return (GREETINGS[lang] or GREETINGS.en) .. ", " .. name .. "!"
end

local function handle()
    local req, err = http.request()
    if not req then
        return nil, err
    end
    local res, res_err = http.response()
    if not res then
        return nil, res_err
    end

    if req:method() ~= http.METHOD.GET then
        res:set_status(http.STATUS.METHOD_NOT_ALLOWED)
        res:set_header("Allow", "GET")
        return
    end

    local name = req:query("name") or req:param("name") or "world"
    local text = greeting(name, language(req:header("Accept-Language")))
    local accept = req:header("Accept") or ""
    if accept:find("application/json", 1, true) then
        res:write_json({ greeting = text, path = req:path() })
    elseif accept:find("text/html", 1, true) then
        res:set_content_type("text/html; charset=utf-8")
        res:write("<h1>" .. escape(text) .. "</h1>")
    else
        res:set_content_type(http.CONTENT.TEXT)
        res:write(text .. "\n")
    end
end

return { handle = handle, greeting = greeting, language = language }

--@ run: assert(greeting("Ann", language("de-DE,en")) == "Hallo, Ann!")
--@ run: assert(language(nil) == "en" and language("xx") == "en" and escape("<a>") == "&lt;a&gt;")
--@ run: local none, problem = handle()
--@ run: assert(none == nil and problem ~= nil)
--@ twin E0022: "local name = req:query("name") or req:param("name") or "world"" => "local name = req:querry("name") or req:param("name") or "world""
--@ twin E0023: "local accept = req:header("Accept") or """ => "local accept = req:header("Accept"):lower()"
--@ twin E0004: "res:set_status(http.STATUS.METHOD_NOT_ALLOWED)" => "res:set_status(http.STATUS.NOT_ALLOWED)"
--@ twin E0000: "res:set_header("Allow", "GET")" => "res:set_header("Allow", { "GET" })"
