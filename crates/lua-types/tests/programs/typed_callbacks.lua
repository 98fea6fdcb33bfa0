-- Callbacks with typed signatures: middleware, comparators, optional hooks.
-- annotated
type Request = { path: string, user?: string, depth: integer }
type Response = { status: integer, body: string }
type Handler = (Request) -> Response
type Middleware = (Request, Handler) -> Response
type Hooks = { before?: (Request) -> (), after?: (Request, Response) -> () }

local function compose(list: {Middleware}, handler: Handler): Handler
    local current = handler
    for i = #list, 1, -1 do
        local middleware, inner = list[i], current
        current = function(request: Request): Response
            return middleware(request, inner)
        end
    end
    return current
end

local function authenticate(request: Request, inner: Handler): Response
    if not request.user then
        return { status = 401, body = "who are you?" }
    end
    return inner(request)
end

local function count_depth(request: Request, inner: Handler): Response
    request.depth = request.depth + 1
    local response = inner(request)
    request.depth = request.depth - 1
    return response
end

local function hello(request: Request): Response
    local name = request.user or "nobody"
    return { status = 200, body = "hello " .. name .. " at " .. request.path }
end

local function serve(handler: Handler, path: string, user: string?, hooks: Hooks?): string
    local request: Request = { path = path, user = user, depth = 0 }
    local before = hooks and hooks.before
    if before then
        before(request)
    end
    local response = handler(request)
    if hooks and hooks.after then
        hooks.after(request, response)
    end
    return response.status .. " " .. response.body
end

local app = compose({ count_depth, authenticate }, hello)

local function audit(log: {string}): Hooks
    return {
        before = function(request: Request)
            log[#log + 1] = "> " .. request.path
        end,
        after = function(request: Request, response: Response)
            log[#log + 1] = "< " .. response.status
        end,
    }
end

--@ run: local log: {string} = {}
--@ run: assert(serve(app, "/x", "ann", audit(log)) == "200 hello ann at /x" and serve(app, "/y") == "401 who are you?")
--@ run: assert(table.concat(log, " ") == "> /x < 200")
--@ twin E0000: "return { status = 401, body = "who are you?" }" => "return { status = "401", body = "who are you?" }"
--@ twin E0003: "local response = handler(request)" => "local response = handler(request, path)"
--@ twin E0000: "local app = compose({ count_depth, authenticate }, hello)" => "local app = compose({ count_depth, authenticate }, "hello")"
--@ twin E0004: "log[#log + 1] = "< " .. response.status" => "log[#log + 1] = "< " .. response.code"
