//! Object Response: status, headers, body.

use super::exchange;
use bytes::Bytes;
use infra_base::Error;
use lua_api::{Answer, Cx, Guest, NativeResult, Object, Raise, Val, error_to_val, json_bytes, string_bytes};
use svc_http::{EVENT_END, Exchange, Transfer, Writing};

/// A Response object.
struct Response(Exchange);

/// `http.response()`
pub(super) fn response(cx: &mut Cx<'_>) -> NativeResult {
    match exchange(cx) {
        Ok(exchange) => {
            let object = cx.userdata(Response(exchange), &[]);
            cx.ret(object)
        }
        Err(error) => cx.fail(error),
    }
}

fn answered<'cx>(cx: &mut Cx<'cx>) -> Result<&'cx Exchange, Raise> {
    cx.check_userdata::<Response>(0).map(|r| &r.0)
}

/// Nil on success, else the error: the one result of every method (C39).
fn outcome(cx: &mut Cx<'_>, result: Result<(), Error>) -> Answer {
    match result {
        Ok(()) => cx.ret(Val::NIL),
        Err(error) => {
            let error = error_to_val(cx, &error);
            cx.ret(error)
        }
    }
}

/// As [`outcome`], after waiting for room where the client is slow.
fn written(cx: &mut Cx<'_>, result: Result<Option<Writing>, Error>) -> Answer {
    match result {
        Ok(Some(writing)) => cx.wait_holding(writing.size(), writing, outcome),
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
    answered(cx)?;
    string_bytes(cx, 1, append)
}

/// Appends bytes to the body.
fn append(cx: &mut Cx<'_>, bytes: Bytes) -> NativeResult {
    let result = answered(cx)?.write(bytes);
    written(cx, result)
}

fn write_json(cx: &mut Cx<'_>) -> NativeResult {
    answered(cx)?;
    if cx.nargs() < 2 {
        cx.set_len(2);
    }
    json_bytes(cx, 1, Vec::with_capacity(128), b"", |cx, text| {
        let result = answered(cx)?.write_json(text);
        written(cx, result)
    })
}

fn write_event(cx: &mut Cx<'_>) -> NativeResult {
    answered(cx)?;
    let event = cx.check_table(1)?;
    let (name, data) = (event.get_field("name"), event.get_field("data"));
    let Some(name) = name.as_bytes().filter(|n| !n.is_empty()) else {
        return Err(cx.arg_error(1, "an event has a name"));
    };
    if data.is_nil() {
        return Err(cx.arg_error(1, "an event has data"));
    }
    let head = match Exchange::event_head(name) {
        Ok(head) => head,
        Err(error) => return outcome(cx, Err(error)),
    };
    cx.set_len(2);
    cx.push(data);
    json_bytes(cx, 2, head, EVENT_END, |cx, event| {
        let result = answered(cx)?.write_event(event);
        written(cx, result)
    })
}

fn flush(cx: &mut Cx<'_>) -> NativeResult {
    let exchange = answered(cx)?;
    outcome(cx, exchange.flush())
}

pub(super) fn object() -> Object {
    Object::new::<Response>(
        "Response",
        "The response to an HTTP request; every method gives nil, or an error.",
    )
    .method("set_status(code: integer): error?", "Sets the status, 200 to 599.", set_status)
    .method("set_header(name: string, value: string | number): error?", "Sets a header.", set_header)
    .method("set_content_type(type: string): error?", "Sets the content type.", set_content_type)
    .method("write(text: string | number | error): error?", "Appends to the body.", write)
    .method("write_json(value: any): error?", "Appends a value as JSON.", write_json)
    .method(
        "write_event(event: {name: string, data: any}): error?",
        "Sends a server-sent event.",
        write_event,
    )
    .method("set_transfer(mode: string): error?", "Sends as it is written: `chunked` or `sse`.", set_transfer)
    .method("flush(): error?", "Sends what was written so far.", flush)
}
