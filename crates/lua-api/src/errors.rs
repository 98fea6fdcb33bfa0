//! The error object of Lua and the error of the system, one into the other.

use crate::convert::{data_to_fragment, fragment_to_data};
use infra_base::{Error, Kind};
use lua_vm::{Cx, ErrorObject, TraceFrame, Val, View};
use std::sync::Arc;

/// Longest chain of causes that crosses a border.
const MAX_CAUSES: usize = 16;

/// An error object for `error`.
pub fn error_to_val<'cx>(cx: &mut Cx<'cx>, error: &Error) -> Val<'cx> {
    let object = to_object(cx, error, MAX_CAUSES);
    cx.error_object(object).val()
}

fn to_object(cx: &mut Cx<'_>, error: &Error, depth: usize) -> ErrorObject {
    // What a process made has room as it is.
    let text = |text: &str| ErrorObject::cut(text.as_bytes(), 2 * ErrorObject::MAX_TEXT);
    let mut object = match wrapped(error, depth) {
        Some((context, cause)) => {
            let cause = to_object(cx, cause, depth - 1);
            ErrorObject::wrap(Arc::new(cause), text(context))
        }
        None => ErrorObject::new(text(error.message())),
    };
    object = object.with_kind(error.kind_text()).with_retryable(error.retryable());
    if let Some(details) = error.details() {
        object = object.with_details(data_to_fragment(cx, details).map(Arc::new));
    }
    if let Some(trace) = error.trace() {
        object = object.with_frames(trace.lines().filter_map(TraceFrame::parse).collect());
    }
    if let (Some(cause), 1.., None) = (error.cause(), depth, object.cause()) {
        object = object.with_cause(Arc::new(to_object(cx, cause, depth - 1)));
    }
    object
}

/// The context of a wrapped error, and what it wraps; at the end of what crosses all contexts that are left, and the innermost error,
/// whose message is that of all.
fn wrapped(error: &Error, depth: usize) -> Option<(&str, &Error)> {
    let cause = match depth {
        0 => return None,
        1 => std::iter::successors(Some(error), |e| e.wrapped().map(|(_, cause)| cause)).last()?,
        _ => error.wrapped()?.1,
    };
    let context = error.message().strip_suffix(cause.message())?.strip_suffix(": ")?;
    Some((context, cause))
}

/// What is wrapped below all contexts.
fn innermost(mut error: &ErrorObject) -> &ErrorObject {
    while let (Some(_), Some(cause)) = (error.context(), error.cause()) {
        error = cause;
    }
    error
}

fn from_object(object: &ErrorObject, depth: usize) -> Error {
    let kind = Kind::parse(object.kind());
    let mut error =
        Error::new(kind.unwrap_or(Kind::Unknown), &*object.text()).with_retryable(object.retryable());
    if kind.is_none() {
        error = error.with_label(object.kind());
    }
    if let Some(Ok(details)) = object.details().map(|f| fragment_to_data(f)) {
        error = error.with_details(details);
    }
    if let (Some(cause), 1..) = (object.cause(), depth) {
        error = match object.context() {
            Some(_) if depth == 1 => error.with_wrapped(from_object(innermost(cause), 0)),
            Some(_) => error.with_wrapped(from_object(cause, depth - 1)),
            None => error.with_cause(from_object(cause, depth - 1)),
        };
    }
    if !object.frames().is_empty() {
        let lines: Vec<String> = object.frames().iter().map(ToString::to_string).collect();
        error = error.with_trace(lines.join("\n"));
    }
    error
}

/// The error that a raised or returned value stands for: an error object keeps its kind, retryable, details and causes;
/// everything else becomes its text without a kind.
pub fn error_from_val(value: Val<'_>) -> Error {
    match value.view() {
        View::Userdata(u) => match u.payload::<ErrorObject>() {
            Some(object) => from_object(object, MAX_CAUSES),
            None => Error::new(Kind::Unknown, format!("({} object)", u.type_name())),
        },
        View::Str(text) => Error::new(Kind::Unknown, ErrorObject::cut(text, ErrorObject::MAX_TEXT)),
        View::Nil => Error::new(Kind::Unknown, "nil"),
        View::Bool(b) => Error::new(Kind::Unknown, b.to_string()),
        View::Int(i) => Error::new(Kind::Unknown, i.to_string()),
        View::Float(f) => Error::new(Kind::Unknown, f.to_string()),
        View::Table(t) => match t.get_field("message").as_bytes() {
            Some(text) => Error::new(Kind::Unknown, ErrorObject::cut(text, ErrorObject::MAX_TEXT)),
            None => Error::new(Kind::Unknown, "(error object is a table value)"),
        },
        View::Function(_) | View::Thread(_) | View::Type(_) => {
            Error::new(Kind::Unknown, format!("(error object is a {} value)", value.type_name()))
        }
    }
}
