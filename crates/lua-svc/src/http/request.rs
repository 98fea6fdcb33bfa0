//! Object Request: what the client asked for, and its body.

use super::form::parse_multipart;
use super::{exchange, give_bytes};
use crate::stream::Source;
use infra_base::Error;
use lua_api::{
    Cx, Guest, NativeResult, Object, Raise, SHORT_TEXT, Val, decode_top, error_from_val, from_json,
    push_bytes,
};
use std::time::Duration;
use svc_http::{Exchange, Limits};

/// A Request object.
pub(super) struct Request {
    pub(super) exchange: Exchange,
    pub(super) limits: Limits,
}

/// `http.request(options?)`
pub(super) fn request(cx: &mut Cx<'_>) -> NativeResult {
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

pub(super) fn asked<'cx>(cx: &mut Cx<'cx>) -> Result<&'cx Request, Raise> {
    cx.check_userdata::<Request>(0)
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
        Ok(bytes) => push_bytes(cx, bytes, |cx| {
            let text = cx.slot(cx.len() - 1);
            cx.ret(text)
        }),
        Err(error) => cx.fail(error),
    })
}

fn body_json(cx: &mut Cx<'_>) -> NativeResult {
    let request = asked(cx)?;
    let read = request.exchange.body(request.limits);
    cx.wait_for(read, |cx, body| match body {
        Ok(bytes) if bytes.len() > SHORT_TEXT => push_bytes(cx, bytes, |cx| {
            decode_top(cx, |cx| {
                let (value, error) = (cx.result(0), cx.result(1));
                if error.is_nil() { cx.ret(value) } else { no_json(cx, &error_from_val(error)) }
            })
        }),
        Ok(bytes) => match from_json(cx, &bytes)? {
            Ok(value) => cx.ret(value),
            Err(error) => no_json(cx, &error),
        },
        Err(error) => cx.fail(error),
    })
}

fn no_json(cx: &mut Cx<'_>, error: &Error) -> NativeResult {
    cx.fail(Error::invalid(format!("request body: {error}")))
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

pub(super) fn object() -> Object {
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
        .method(
            "parse_multipart(max_memory?: integer): ({values: {[string]: any}, files: {[string]: {UploadedFile}}}?, error?)",
            "The body as a form; files beyond `max_memory` bytes (32 MiB) go to disk.",
            parse_multipart,
        )
        .method("stream(): (Stream?, error?)", "The body piece by piece, instead of as a whole.", stream)
        .method("has_body(): boolean", "Whether a body was sent.", has_body)
        .method(
            "is_content_type(type: string): boolean",
            "Whether the body is of that type, parameters aside.",
            is_content_type,
        )
        .method("accepts(type: string): boolean", "Whether the client accepts that type.", accepts)
}
