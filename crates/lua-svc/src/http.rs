//! Lua module `http`: the request at hand and its response.
//!
//! `parse_multipart` is absent until `svc-http` reads multipart bodies.

use crate::stream::Source;
use bytes::Bytes;
use infra_base::Error;
use lua_api::{
    Answer, Class, Const, Cx, Group, Guest, Module, NativeResult, Object, Raise, Val, from_json, to_json,
};
use std::time::Duration;
use svc_http::{Exchange, Limits, Transfer, Writing};

/// What `require("http")` returns.
pub(crate) fn module() -> Module {
    let top = Group::new("http", "The request at hand and its response.")
        .func(
            "request(options?: {timeout?: integer, max_body?: integer}): (Request?, error?)",
            "The request; `timeout` in milliseconds and `max_body` in bytes limit reading its body.",
            request,
        )
        .func("response(): (Response?, error?)", "The response.", response)
        .group(texts("METHOD", METHODS))
        .group(statuses())
        .group(texts("CONTENT", CONTENT))
        .group(texts("TRANSFER", &[("CHUNKED", "chunked"), ("SSE", "sse")]))
        .group(texts("ERROR", ERRORS));
    let [stream, scanner] = crate::stream::objects();
    Module::new(&[Class::Network, Class::Io, Class::Nondeterministic], top)
        .object(request_object())
        .object(response_object())
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

/// A Request object.
struct Request {
    exchange: Exchange,
    limits: Limits,
}

/// A Response object.
struct Response(Exchange);

fn exchange(cx: &mut Cx<'_>) -> Result<Exchange, Error> {
    let found = cx.at().frame.own.get::<Exchange>().cloned();
    found.ok_or_else(|| Error::internal("no http request: this code was not called by an endpoint"))
}

/// `http.request(options?)`
fn request(cx: &mut Cx<'_>) -> NativeResult {
    let mut limits = Limits::default();
    if !cx.arg(0).is_nil() {
        let options = cx.check_table(0)?;
        let number = |value: Val<'_>| value.as_number().filter(|n| *n >= 0.0);
        if let Some(ms) = number(options.get_field("timeout")) {
            limits.timeout = Duration::from_secs_f64((ms / 1000.0).min(1e9));
        }
        if let Some(bytes) = number(options.get_field("max_body")) {
            limits.max_body = bytes as u64;
        }
    }
    match exchange(cx) {
        Ok(exchange) => {
            let object = cx.userdata(Request { exchange, limits }, &[]);
            cx.ret(object)
        }
        Err(error) => cx.fail(error),
    }
}

/// `http.response()`
fn response(cx: &mut Cx<'_>) -> NativeResult {
    match exchange(cx) {
        Ok(exchange) => {
            let object = cx.userdata(Response(exchange), &[]);
            cx.ret(object)
        }
        Err(error) => cx.fail(error),
    }
}

fn asked<'cx>(cx: &mut Cx<'cx>) -> Result<&'cx Request, Raise> {
    cx.check_userdata::<Request>(0)
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

fn method(cx: &mut Cx<'_>) -> NativeResult {
    let request = asked(cx)?;
    cx.give_text(request.exchange.method())
}

fn path(cx: &mut Cx<'_>) -> NativeResult {
    let request = asked(cx)?;
    give_bytes(cx, Some(&request.exchange.path()))
}

fn host(cx: &mut Cx<'_>) -> NativeResult {
    let request = asked(cx)?;
    give_bytes(cx, Some(&request.exchange.host()))
}

fn remote_addr(cx: &mut Cx<'_>) -> NativeResult {
    let request = asked(cx)?;
    cx.give_text(&request.exchange.remote_addr())
}

fn query(cx: &mut Cx<'_>) -> NativeResult {
    let request = asked(cx)?;
    let name = cx.check_bytes(1)?;
    give_bytes(cx, request.exchange.query(name).as_deref())
}

fn query_params(cx: &mut Cx<'_>) -> NativeResult {
    let params = asked(cx)?.exchange.query_params();
    let table = cx.table(0, params.len());
    for (name, value) in params {
        let (name, value) = (cx.string(&name), cx.string(&value));
        cx.set(table, name, value)?;
    }
    cx.ret(table)
}

fn header(cx: &mut Cx<'_>) -> NativeResult {
    let request = asked(cx)?;
    let name = cx.check_bytes(1)?;
    give_bytes(cx, request.exchange.header(name).as_deref())
}

fn content_type(cx: &mut Cx<'_>) -> NativeResult {
    let request = asked(cx)?;
    give_bytes(cx, request.exchange.content_type())
}

fn content_length(cx: &mut Cx<'_>) -> NativeResult {
    let length = asked(cx)?.exchange.content_length();
    cx.ret(length)
}

fn param(cx: &mut Cx<'_>) -> NativeResult {
    let request = asked(cx)?;
    let name = cx.check_bytes(1)?;
    give_bytes(cx, request.exchange.param(name).as_deref())
}

fn params(cx: &mut Cx<'_>) -> NativeResult {
    let request = asked(cx)?;
    let table = cx.table(0, 4);
    for (name, value) in request.exchange.params() {
        let value = cx.string(&value);
        cx.set_field(table, name, value)?;
    }
    cx.ret(table)
}

fn body(cx: &mut Cx<'_>) -> NativeResult {
    let request = asked(cx)?;
    let read = request.exchange.body(request.limits);
    cx.wait_for(read, |cx, body| match body {
        Ok(bytes) => {
            cx.reserve(bytes.len())?;
            let text = cx.string(&bytes);
            cx.ret(text)
        }
        Err(error) => cx.fail(error),
    })
}

fn body_json(cx: &mut Cx<'_>) -> NativeResult {
    let request = asked(cx)?;
    let read = request.exchange.body(request.limits);
    cx.wait_for(read, |cx, body| match body {
        Ok(bytes) => match from_json(cx, &bytes)? {
            Ok(value) => cx.ret(value),
            Err(error) => cx.fail(Error::invalid(format!("request body: {error}"))),
        },
        Err(error) => cx.fail(error),
    })
}

/// `req:stream()`
fn stream(cx: &mut Cx<'_>) -> NativeResult {
    let request = asked(cx)?;
    match request.exchange.stream(request.limits) {
        Ok(stream) => {
            let size = request.exchange.content_length();
            let object = crate::stream::stream(cx, Source::Body { stream: Box::new(stream), size });
            cx.ret(object)
        }
        Err(error) => cx.fail(error),
    }
}

fn has_body(cx: &mut Cx<'_>) -> NativeResult {
    let answer = asked(cx)?.exchange.has_body();
    cx.ret(answer)
}

fn is_content_type(cx: &mut Cx<'_>) -> NativeResult {
    let request = asked(cx)?;
    let answer = request.exchange.is_content_type(cx.check_bytes(1)?);
    cx.ret(answer)
}

fn accepts(cx: &mut Cx<'_>) -> NativeResult {
    let request = asked(cx)?;
    let answer = request.exchange.accepts(cx.check_bytes(1)?);
    cx.ret(answer)
}

fn request_object() -> Object {
    Object::new::<Request>("Request", "An HTTP request.")
        .method("method(): string", "`GET`, `POST`, …", method)
        .method("path(): string", "The decoded path.", path)
        .method("host(): string", "The host that the client asked for.", host)
        .method("remote_addr(): string", "`ip:port` of the peer.", remote_addr)
        .method("query(name: string): string?", "The first value of a query parameter.", query)
        .method(
            "query_params(): {[string]: string}",
            "All query parameters; several values are joined by commas.",
            query_params,
        )
        .method("header(name: string): string?", "A header; several are joined by commas.", header)
        .method("content_type(): string?", "The content type.", content_type)
        .method(
            "content_length(): integer",
            "The announced length of the body, -1 if unknown.",
            content_length,
        )
        .method("param(name: string): string?", "A parameter of the route.", param)
        .method("params(): {[string]: string}", "All parameters of the route.", params)
        .method("body(): (string?, error?)", "The whole body; read once, then kept.", body)
        .method("body_json(): (any, error?)", "The whole body as JSON.", body_json)
        .method("stream(): (Stream?, error?)", "The body piece by piece, instead of as a whole.", stream)
        .method("has_body(): boolean", "Whether a body was sent.", has_body)
        .method(
            "is_content_type(type: string): boolean",
            "Whether the body is of that type, parameters aside.",
            is_content_type,
        )
        .method("accepts(type: string): boolean", "Whether the client accepts that type.", accepts)
}

fn answered<'cx>(cx: &mut Cx<'cx>) -> Result<&'cx Exchange, Raise> {
    cx.check_userdata::<Response>(0).map(|r| &r.0)
}

/// `true`, or `nil, err`.
fn outcome(cx: &mut Cx<'_>, result: Result<(), Error>) -> Answer {
    match result {
        Ok(()) => cx.ret(true),
        Err(error) => cx.fail(error),
    }
}

/// As [`outcome`], after waiting for room where the client is slow.
fn written(cx: &mut Cx<'_>, result: Result<Option<Writing>, Error>) -> Answer {
    match result {
        Ok(Some(writing)) => cx.wait_for(writing, outcome),
        Ok(None) => outcome(cx, Ok(())),
        Err(error) => outcome(cx, Err(error)),
    }
}

fn set_status(cx: &mut Cx<'_>) -> NativeResult {
    let exchange = answered(cx)?;
    let code = cx.check_int(1)?;
    let result = match u16::try_from(code) {
        Ok(code) => exchange.set_status(code),
        Err(_) => Err(Error::invalid(format!("status {code} is not between 200 and 599"))),
    };
    outcome(cx, result)
}

fn set_header(cx: &mut Cx<'_>) -> NativeResult {
    let exchange = answered(cx)?;
    let (name, value) = (cx.check_bytes(1)?, cx.check_bytes(2)?);
    outcome(cx, exchange.set_header(name, value))
}

fn set_content_type(cx: &mut Cx<'_>) -> NativeResult {
    let exchange = answered(cx)?;
    let value = cx.check_bytes(1)?;
    outcome(cx, exchange.set_content_type(value))
}

fn set_transfer(cx: &mut Cx<'_>) -> NativeResult {
    let exchange = answered(cx)?;
    let result = match cx.check_str(1)? {
        "chunked" => exchange.set_transfer(Transfer::Chunked),
        "sse" => exchange.set_transfer(Transfer::Sse),
        other => Err(Error::invalid(format!("transfer \"{other}\" is none of \"chunked\", \"sse\""))),
    };
    outcome(cx, result)
}

fn write(cx: &mut Cx<'_>) -> NativeResult {
    let exchange = answered(cx)?;
    let bytes = Bytes::copy_from_slice(cx.check_bytes(1)?);
    let result = exchange.write(bytes);
    written(cx, result)
}

fn write_json(cx: &mut Cx<'_>) -> NativeResult {
    let exchange = answered(cx)?;
    let value = cx.arg(1);
    match to_json(cx, value) {
        Ok(text) => {
            let result = exchange.write_json(text.into());
            written(cx, result)
        }
        Err(error) => outcome(cx, Err(error)),
    }
}

fn write_event(cx: &mut Cx<'_>) -> NativeResult {
    let exchange = answered(cx)?;
    let event = cx.check_table(1)?;
    let (name, data) = (event.get_field("name"), event.get_field("data"));
    let Some(name) = name.as_bytes().filter(|n| !n.is_empty()) else {
        return Err(cx.arg_error(1, "an event has a name"));
    };
    if data.is_nil() {
        return Err(cx.arg_error(1, "an event has data"));
    }
    match to_json(cx, data) {
        Ok(text) => {
            let result = exchange.write_event(name, &text);
            written(cx, result)
        }
        Err(error) => outcome(cx, Err(error)),
    }
}

fn flush(cx: &mut Cx<'_>) -> NativeResult {
    let exchange = answered(cx)?;
    outcome(cx, exchange.flush())
}

fn response_object() -> Object {
    Object::new::<Response>(
        "Response",
        "The response to an HTTP request; every method gives `true`, or nil and an error.",
    )
    .method("set_status(code: integer): (boolean?, error?)", "Sets the status, 200 to 599.", set_status)
    .method("set_header(name: string, value: string): (boolean?, error?)", "Sets a header.", set_header)
    .method("set_content_type(type: string): (boolean?, error?)", "Sets the content type.", set_content_type)
    .method("write(text: string): (boolean?, error?)", "Appends to the body.", write)
    .method("write_json(value: any): (boolean?, error?)", "Appends a value as JSON.", write_json)
    .method(
        "write_event(event: {name: string, data: any}): (boolean?, error?)",
        "Sends a server-sent event.",
        write_event,
    )
    .method(
        "set_transfer(mode: string): (boolean?, error?)",
        "Sends as it is written: `chunked` or `sse`.",
        set_transfer,
    )
    .method("flush(): (boolean?, error?)", "Sends what was written so far.", flush)
}
