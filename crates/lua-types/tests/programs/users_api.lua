-- An HTTP endpoint over a map of users: list, read, create, with validation and error answers.
-- modules: http, json
local http = require("http")
local json = require("json")

local users = { { id = 1, name = "Ann" } }

local function find(id)
    for _, user in ipairs(users) do
        if user.id == id then
            return user
        end
    end
    return nil
end

local function validate(body)
    if type(body) ~= "table" then
        return nil, "body must be an object"
    end
    if type(body.name) ~= "string" or body.name == "" then
        return nil, "name is required"
    end
    return { name = body.name }
end

local function create(body)
    local fields, err = validate(body)
    if not fields then
        return nil, err
    end
    local user = { id = #users + 1, name = fields.name }
    users[#users + 1] = user
    return user
end

local function fail(res, status, text)
    res:set_status(status)
    res:write_json({ error = text })
end

local function show(req, res)
    local id = tonumber(req:param("id"))
    if not id then
        return fail(res, http.STATUS.BAD_REQUEST, "id must be a number")
    end
    local user = find(id)
    if not user then
        return fail(res, http.STATUS.NOT_FOUND, "no user " .. id)
    end
    res:write_json(user)
end

local function handle()
    local req = http.request()
    local res = http.response()
    if not req or not res then
        return nil, "not in a request"
    end
    local method = req:method()
    if method == http.METHOD.POST then
        local body, err = req:body_json()
        if err then
            return fail(res, http.STATUS.BAD_REQUEST, tostring(err))
        end
        local user, problem = create(body)
        if not user then
            return fail(res, http.STATUS.UNPROCESSABLE, problem)
        end
        res:set_status(http.STATUS.CREATED)
        res:write_json(user)
    elseif req:param("id") then
        show(req, res)
    else
        local text, err = json.encode(users)
        if not text then
            return fail(res, http.STATUS.INTERNAL_ERROR, tostring(err))
        end
        res:set_content_type(http.CONTENT.JSON)
        res:write(text)
    end
end

return { handle = handle }

--@ run: local bob = assert(create(assert(json.decode('{"name":"Bob"}'))))
--@ run: assert(bob.id == 2 and find(2) == bob and find(9) == nil)
--@ run: assert(select(2, create({})) == "name is required" and select(2, create(5)) == "body must be an object")
--@ run: assert(select(2, handle()) == "not in a request")
--@ twin E0022: "local method = req:method()" => "local method = req:verb()"
--@ twin E0004: "local text, err = json.encode(users)" => "local text, err = json.stringify(users)"
--@ twin E0019: "return fail(res, http.STATUS.NOT_FOUND, "no user " .. id)" => "return fail(res, http.STATUS.NOT_FOUND, "no user " .. user)"
--@ twin E0004: "local user = { id = #users + 1, name = fields.name }" => "local user = { id = #users + 1, name = fields.nmae }"
