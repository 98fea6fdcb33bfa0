//! Lua module `logger`: structured lines to the log.

use crate::process::held;
use infra_base::{Data, Error, Map};
use infra_log::{Level, Log};
use lua_api::{Class, Cx, Group, Guest, Module, NativeResult, Object, Val, View, val_to_data};
use std::sync::Arc;

/// What `require("logger")` returns: a logger itself.
pub(crate) fn module() -> Module {
    let top = Group::new(
        "logger",
        "Structured lines to the log; the module is a logger itself: `logger:info(\"text\", {field = 1})`.",
    )
    .func("debug(message: any, fields?: {[string]: any})", "Logs at debug.", debug)
    .func("info(message: any, fields?: {[string]: any})", "Logs at info.", info)
    .func("warn(message: any, fields?: {[string]: any})", "Logs at warn.", warn)
    .func("error(message: any, fields?: {[string]: any})", "Logs at error.", error)
    .func("with(fields: {[string]: any}): Logger", "A logger that adds fields to every line.", with)
    .local("named(name: string): (Logger, error?)", "A logger of that name.", named);
    let object = Object::new::<Logger>("Logger", "Writes lines with its name and fields.")
        .shareable::<Logger>()
        .method("debug(message: any, fields?: {[string]: any})", "Logs at debug.", debug)
        .method("info(message: any, fields?: {[string]: any})", "Logs at info.", info)
        .method("warn(message: any, fields?: {[string]: any})", "Logs at warn.", warn)
        .method("error(message: any, fields?: {[string]: any})", "Logs at error.", error)
        .method("with(fields: {[string]: any}): Logger", "A logger that adds fields to every line.", with)
        .local("named(name: string): (Logger, error?)", "A logger of that name.", named);
    Module::new(&[Class::Io], top).object(object).instance_of("Logger")
}

/// A logger with a name and fields of its own.
#[derive(Clone)]
struct Logger {
    name: Arc<str>,
    fields: Arc<[(Box<str>, Data)]>,
}

fn logger(cx: &mut Cx<'_>) -> Logger {
    let own = cx.arg(0).as_userdata().and_then(|u| u.payload::<Logger>().cloned());
    own.unwrap_or_else(|| Logger { name: cx.at().control.entry().as_str().into(), fields: Arc::default() })
}

/// The text fields of a table; what has no plain form is shown by its type.
fn fields<'cx>(cx: &mut Cx<'cx>, table: Val<'cx>) -> Vec<(Box<str>, Data)> {
    let View::Table(table) = table.view() else { return Vec::new() };
    let mut out = Vec::new();
    let mut cursor = 0;
    while let Some((next, key, value)) = table.entry_at(cursor) {
        cursor = next;
        if let Some(key) = key.as_bytes() {
            let value = match value.view() {
                View::Userdata(u) => match u.payload::<lua_api::ErrorObject>() {
                    Some(error) => Data::text(error.message()),
                    None => Data::text(cx.plain_text(value)),
                },
                _ => val_to_data(cx, value).unwrap_or_else(|_| Data::text(value.type_name())),
            };
            out.push((String::from_utf8_lossy(key).into(), value));
        }
    }
    out
}

/// Never fails: a message that is no text is shown by its plain text.
fn log(cx: &mut Cx<'_>, level: Level) -> NativeResult {
    let Ok(log) = cx.at().system.app.get::<Log>() else { return cx.ret0() };
    if !log.enabled(level) {
        return cx.ret0();
    }
    let own = logger(cx);
    // `logger.info("text")` has no logger in front of its text.
    let first = usize::from(!matches!(cx.arg(0).view(), View::Str(_)));
    let message = cx.arg(first);
    let text = match cx.to_bytes(message) {
        Some(bytes) => String::from_utf8_lossy(bytes).into_owned(),
        None => cx.plain_text(message),
    };
    let extra = cx.arg(first + 1);
    let mut all: Map = own.fields.iter().cloned().collect();
    all.extend(fields(cx, extra));
    let place = cx.place(1);
    all.insert("pid".into(), Data::text(cx.at().frame.pid.to_string()));
    all.insert("location".into(), Data::text(place.trim_end_matches(": ")));
    log.write(level, &own.name, &text, all);
    cx.ret0()
}

fn debug(cx: &mut Cx<'_>) -> NativeResult {
    log(cx, Level::Debug)
}

fn info(cx: &mut Cx<'_>) -> NativeResult {
    log(cx, Level::Info)
}

fn warn(cx: &mut Cx<'_>) -> NativeResult {
    log(cx, Level::Warn)
}

fn error(cx: &mut Cx<'_>) -> NativeResult {
    log(cx, Level::Error)
}

/// `logger:with(fields)`
fn with(cx: &mut Cx<'_>) -> NativeResult {
    let mut own = logger(cx);
    let extra = cx.arg(1);
    let mut all = own.fields.to_vec();
    all.extend(fields(cx, extra));
    own.fields = all.into();
    give(cx, own)
}

fn give(cx: &mut Cx<'_>, logger: Logger) -> NativeResult {
    let held = logger.name.len() + held(&logger.fields);
    let object = cx.userdata(logger, &[]);
    cx.weigh(object, held);
    cx.ret(object)
}

/// `logger:named(name)`
fn named(cx: &mut Cx<'_>) -> NativeResult {
    let fields = cx.arg(0).as_userdata().and_then(|u| u.payload::<Logger>().map(|l| l.fields.clone()));
    let name = cx.check_str(1)?;
    if name.is_empty() {
        return cx.fail(Error::invalid("logger: a name expected, got an empty text"));
    }
    give(cx, Logger { name: name.into(), fields: fields.unwrap_or_default() })
}
