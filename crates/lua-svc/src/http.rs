//! Lua module `http`: the request at hand and its response.

mod form;
mod request;
mod response;

use infra_base::Error;
use lua_api::{Answer, Class, Const, Cx, Group, Guest, Module, Val};
use svc_http::Exchange;

/// What `require("http")` returns.
pub(crate) fn module() -> Module {
    let top = Group::new("http", "The request at hand and its response.")
        .func(
            "request(options?: {timeout?: integer, max_body?: integer}): (Request, error?)",
            "The request; `timeout` in milliseconds and `max_body` in bytes limit reading its body.",
            request::request,
        )
        .func("response(): (Response, error?)", "The response.", response::response)
        .group(texts("METHOD", METHODS))
        .group(statuses())
        .group(texts("CONTENT", CONTENT))
        .group(texts("TRANSFER", &[("CHUNKED", "chunked"), ("SSE", "sse")]))
        .group(texts("ERROR", ERRORS));
    let [stream, scanner] = crate::stream::objects();
    Module::new(&[Class::Network, Class::Io, Class::Nondeterministic], top)
        .object(request::object())
        .object(response::object())
        .object(form::object())
        .object(stream)
        .object(scanner)
}

const METHODS: &[(&str, &str)] = &[
    ("GET", "GET"),
    ("POST", "POST"),
    ("PUT", "PUT"),
    ("DELETE", "DELETE"),
    ("PATCH", "PATCH"),
    ("HEAD", "HEAD"),
    ("OPTIONS", "OPTIONS"),
];
const CONTENT: &[(&str, &str)] = &[
    ("JSON", "application/json"),
    ("FORM", "application/x-www-form-urlencoded"),
    ("MULTIPART", "multipart/form-data"),
    ("TEXT", "text/plain"),
    ("STREAM", "application/octet-stream"),
];
const ERRORS: &[(&str, &str)] = &[
    ("PARSE_FAILED", "PARSE_FAILED"),
    ("INVALID_STATE", "INVALID_STATE"),
    ("WRITE_FAILED", "WRITE_FAILED"),
    ("STREAM_ERROR", "STREAM_ERROR"),
];
const STATUS: &[(&str, i64)] = &[
    ("OK", 200),
    ("CREATED", 201),
    ("ACCEPTED", 202),
    ("NO_CONTENT", 204),
    ("PARTIAL_CONTENT", 206),
    ("MOVED_PERMANENTLY", 301),
    ("FOUND", 302),
    ("SEE_OTHER", 303),
    ("NOT_MODIFIED", 304),
    ("TEMPORARY_REDIRECT", 307),
    ("PERMANENT_REDIRECT", 308),
    ("BAD_REQUEST", 400),
    ("UNAUTHORIZED", 401),
    ("PAYMENT_REQUIRED", 402),
    ("FORBIDDEN", 403),
    ("NOT_FOUND", 404),
    ("METHOD_NOT_ALLOWED", 405),
    ("NOT_ACCEPTABLE", 406),
    ("CONFLICT", 409),
    ("GONE", 410),
    ("UNPROCESSABLE", 422),
    ("TOO_MANY_REQUESTS", 429),
    ("INTERNAL_ERROR", 500),
    ("INTERNAL_SERVER_ERROR", 500),
    ("NOT_IMPLEMENTED", 501),
    ("BAD_GATEWAY", 502),
    ("SERVICE_UNAVAILABLE", 503),
    ("GATEWAY_TIMEOUT", 504),
    ("VERSION_NOT_SUPPORTED", 505),
];

fn texts(name: &'static str, rows: &'static [(&'static str, &'static str)]) -> Group {
    rows.iter().fold(Group::new(name, "Constants."), |g, (name, value)| g.value(name, Const::Text(value)))
}

fn statuses() -> Group {
    STATUS
        .iter()
        .fold(Group::new("STATUS", "Status codes."), |g, (name, value)| g.value(name, Const::Int(*value)))
}

fn exchange(cx: &mut Cx<'_>) -> Result<Exchange, Error> {
    let found = cx.at().frame.own.get::<Exchange>().cloned();
    found.ok_or_else(|| Error::internal("no http request: this code was not called by an endpoint"))
}

fn give_bytes(cx: &mut Cx<'_>, bytes: Option<&[u8]>) -> Answer {
    match bytes {
        Some(bytes) => {
            let text = cx.string(bytes);
            cx.ret(text)
        }
        None => cx.ret(Val::NIL),
    }
}
