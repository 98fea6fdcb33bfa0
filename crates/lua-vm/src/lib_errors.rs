//! The library `errors` and the methods of error objects.

use crate::error::ErrorObject;
use crate::native::{Cx, NativeResult, Raise, Table, Userdata, Val, View};
use crate::statics::{Lib, StaticsBuilder, UserdataType};
use crate::text::{COPIED, join_arguments};
use std::sync::Arc;

/// Names of the constants and the texts that `err:kind()` shows for them.
const KINDS: [(&str, &str); 11] = [
    ("UNKNOWN", ""),
    ("INVALID", "Invalid"),
    ("NOT_FOUND", "NotFound"),
    ("ALREADY_EXISTS", "AlreadyExists"),
    ("PERMISSION_DENIED", "PermissionDenied"),
    ("TIMEOUT", "Timeout"),
    ("CANCELED", "Canceled"),
    ("UNAVAILABLE", "Unavailable"),
    ("INTERNAL", "Internal"),
    ("CONFLICT", "Conflict"),
    ("RATE_LIMITED", "RateLimited"),
];

/// Details are copied in one piece, wherever their error goes.
const TOO_LARGE: &str =
    "field 'details': too large (at most some 1,000 tables, 15,000 other values or 2 MB of text)";

/// Longest kind.
const MAX_KIND: usize = 1 << 10;

/// Traced values of an error object: the table of its details, and the error that it wraps.
const DETAILS: usize = 0;
const CAUSE: usize = 1;

/// How many errors a chain of causes may have; deeper ones come from loops that wrap for ever.
const MAX_CHAIN: usize = 128;

pub(crate) fn register(b: &mut StaticsBuilder) {
    let mut lib =
        Lib::new().local("new", new).local("wrap", wrap).local("is", is).local("call_stack", call_stack);
    for (name, text) in KINDS {
        lib = lib.value(name, text);
    }
    b.global("errors", lib);
    b.userdata(
        UserdataType::new::<ErrorObject>("error")
            .local("message", |cx| text(cx, |e| e.message().to_owned()))
            .local("kind", |cx| text(cx, |e| e.kind().to_owned()))
            .local("retryable", retryable)
            .local("details", details)
            .local("cause", cause)
            .local("stack", |cx| text(cx, stack_text))
            .local_meta("__tostring", |cx| text(cx, |e| e.text().into_owned()))
            .local_meta("__concat", concat)
            .transfer::<ErrorObject>()
            .shareable::<ErrorObject>(),
    );
}

/// The text of a kind for the name of its constant; any other text is a kind of the program's own.
fn normal_kind(kind: &str) -> &str {
    KINDS.iter().find(|(name, _)| *name == kind).map_or(kind, |(_, text)| text)
}

fn error_arg<'cx>(cx: &mut Cx<'cx>) -> Result<(Userdata<'cx>, &'cx ErrorObject), Raise> {
    cx.check_userdata_val::<ErrorObject>(0)
}

fn as_error(v: Val<'_>) -> Option<&ErrorObject> {
    v.as_userdata().and_then(Userdata::payload::<ErrorObject>)
}

/// The text of bytes of which there is room for so many, once it is sure that the process may hold it.
fn text_of(cx: &mut Cx<'_>, bytes: &[u8], room: usize) -> Result<String, Raise> {
    let kept = bytes.len().min(room);
    cx.reserve(kept)?;
    cx.charge(kept / COPIED);
    Ok(ErrorObject::cut(bytes, room))
}

fn new(cx: &mut Cx<'_>) -> NativeResult {
    if let Some(fields) = cx.arg(0).as_table() {
        let error = from_fields(cx, fields)?;
        return made(cx, error);
    }
    let first = cx.check_bytes(0)?;
    let error = match cx.opt_bytes(1)? {
        Some(message) => {
            let kind = text_of(cx, first, MAX_KIND)?;
            ErrorObject::new(text_of(cx, message, ErrorObject::MAX_TEXT)?).with_kind(normal_kind(&kind))
        }
        None => ErrorObject::new(text_of(cx, first, ErrorObject::MAX_TEXT)?),
    };
    made(cx, error)
}

fn made(cx: &mut Cx<'_>, error: ErrorObject) -> NativeResult {
    let frames = cx.traceback();
    let error = cx.error_object(error.with_frames(frames));
    cx.ret(error)
}

fn from_fields<'cx>(cx: &mut Cx<'cx>, fields: Table<'cx>) -> Result<ErrorObject, Raise> {
    let field = |cx: &mut Cx<'cx>, name: &str, room: usize| -> Result<Option<String>, Raise> {
        match fields.get_field(name).view() {
            View::Nil => Ok(None),
            View::Str(text) => text_of(cx, text, room).map(Some),
            _ => {
                let got = fields.get_field(name).type_name();
                Err(cx.arg_error(0, format_args!("field '{name}': string expected, got {got}")))
            }
        }
    };
    let Some(message) = field(cx, "message", ErrorObject::MAX_TEXT)? else {
        return Err(cx.arg_error(0, "field 'message': string expected, got nil"));
    };
    let kind = field(cx, "kind", MAX_KIND)?.unwrap_or_default();
    let retryable = match fields.get_field("retryable").view() {
        View::Nil => None,
        View::Bool(b) => Some(b),
        _ => {
            let got = fields.get_field("retryable").type_name();
            return Err(cx.arg_error(0, format_args!("field 'retryable': boolean expected, got {got}")));
        }
    };
    let details = match fields.get_field("details").view() {
        View::Nil => None,
        View::Table(table) if table.is_empty() => None,
        View::Table(table) => match cx.copy_bounded(table.val(), 1) {
            Some(Ok(fragment)) => Some(Arc::new(fragment)),
            Some(Err(e)) => return Err(cx.arg_error(0, format_args!("field 'details': {e}"))),
            None => return Err(cx.arg_error(0, TOO_LARGE)),
        },
        _ => {
            let got = fields.get_field("details").type_name();
            return Err(cx.arg_error(0, format_args!("field 'details': table expected, got {got}")));
        }
    };
    Ok(ErrorObject::new(message)
        .with_kind(normal_kind(&kind))
        .with_retryable(retryable)
        .with_details(details))
}

fn wrap(cx: &mut Cx<'_>) -> NativeResult {
    let cause = match as_error(cx.arg(0)) {
        Some(error) => error.clone(),
        None => match cx.arg(0).view() {
            View::Str(_) | View::Int(_) | View::Float(_) => {
                let text = cx.check_bytes(0)?;
                ErrorObject::new(text_of(cx, text, ErrorObject::MAX_TEXT)?)
            }
            _ => return Err(cx.type_error(0, "error or string")),
        },
    };
    let context = cx.check_bytes(1)?;
    let context = text_of(cx, context, ErrorObject::MAX_TEXT.saturating_sub(cause.text_len() + 2))?;
    // It repeats the message of its cause.
    cx.reserve(cause.message().len())?;
    cx.charge(cause.message().len() / COPIED);
    let depth = std::iter::successors(Some(&cause), |e| e.cause().map(|c| &**c)).count();
    // A chain without end would be memory that nobody counts: the oldest contexts stay, as text.
    let cause = if depth < MAX_CHAIN {
        cause
    } else {
        ErrorObject::new(cause.message())
            .with_kind(cause.kind())
            .with_retryable(cause.retryable())
            .with_details(cause.details().cloned())
    };
    made(cx, ErrorObject::wrap(Arc::new(cause), context))
}

fn is(cx: &mut Cx<'_>) -> NativeResult {
    let kind = cx.check_bytes(1)?;
    let kind = text_of(cx, kind, MAX_KIND)?;
    let same = as_error(cx.arg(0)).is_some_and(|error| error.kind() == normal_kind(&kind));
    cx.ret(same)
}

fn call_stack(cx: &mut Cx<'_>) -> NativeResult {
    let Some(error) = as_error(cx.arg(0)).filter(|error| !error.frames().is_empty()) else {
        return cx.ret(Val::NIL);
    };
    let frames = cx.table(error.frames().len(), 0);
    for (level, frame) in error.frames().iter().enumerate() {
        let entry = cx.table(0, 5);
        let (source, name) = (cx.string(frame.source.as_bytes()), cx.string(frame.name.as_bytes()));
        let kind = cx.string(if frame.name == "main chunk" { b"main" } else { b"Lua" });
        cx.set_field(entry, "level", level as i64)?;
        cx.set_field(entry, "source", source)?;
        cx.set_field(entry, "line", i64::from(frame.line))?;
        cx.set_field(entry, "name", name)?;
        cx.set_field(entry, "type", kind)?;
        cx.set_int(frames, level as i64 + 1, entry)?;
    }
    let (thread, _) = cx.running();
    let thread = cx.plain_text(thread);
    let thread = cx.string(thread.as_bytes());
    let stack = cx.table(0, 2);
    cx.set_field(stack, "thread", thread)?;
    cx.set_field(stack, "frames", frames)?;
    cx.ret(stack)
}

fn text(cx: &mut Cx<'_>, of: fn(&ErrorObject) -> String) -> NativeResult {
    let (_, error) = error_arg(cx)?;
    let text = of(error);
    cx.reserve(text.len())?;
    cx.charge(text.len() / COPIED);
    let text = cx.string(text.as_bytes());
    cx.ret(text)
}

fn retryable(cx: &mut Cx<'_>) -> NativeResult {
    let (_, error) = error_arg(cx)?;
    cx.ret(error.retryable().map_or(Val::NIL, Val::bool))
}

fn details(cx: &mut Cx<'_>) -> NativeResult {
    let (object, error) = error_arg(cx)?;
    // The same table at each call, so that what a program writes into it stays.
    if object.slot(DETAILS).is_nil()
        && let Some(details) = error.details()
    {
        let copy = cx.adopt(details)?;
        cx.set_userdata_slot(object, DETAILS, copy.first().copied().unwrap_or(Val::NIL));
    }
    cx.ret(object.slot(DETAILS))
}

fn cause(cx: &mut Cx<'_>) -> NativeResult {
    let (object, error) = error_arg(cx)?;
    let Some(cause) = error.cause() else {
        return cx.ret(Val::NIL);
    };
    // One object for all calls: errors are equal by what they are.
    if object.slot(CAUSE).is_nil() {
        let cause = cx.error_object(ErrorObject::clone(cause));
        cx.set_userdata_slot(object, CAUSE, cause.val());
    }
    cx.ret(object.slot(CAUSE))
}

fn stack_text(error: &ErrorObject) -> String {
    let mut text = error.text().into_owned();
    for frame in error.frames() {
        text.push_str("\n  ");
        text.push_str(&frame.to_string());
    }
    text
}

/// `..` with an error object on a side joins its text; what joins with everything is asked instead.
fn concat(cx: &mut Cx<'_>) -> NativeResult {
    let mut texts = [Val::NIL; 2];
    for (i, text) in texts.iter_mut().enumerate() {
        let v = cx.arg(i);
        *text = match cx.text_value(v) {
            Some(text) => text,
            None => {
                let handler = cx.metamethod(v, "__concat");
                if handler.is_nil() {
                    let name = cx.type_name_of(v);
                    return Err(cx.error(format_args!("attempt to concatenate a {name} value")));
                }
                let (x, y) = (cx.arg(0), cx.arg(1));
                [handler, x, y].into_iter().for_each(|v| cx.push(v));
                return cx.tail_call(2);
            }
        };
    }
    texts.into_iter().enumerate().for_each(|(i, text)| cx.set_slot(i, text));
    join_arguments(cx)
}
