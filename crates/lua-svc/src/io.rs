//! Lua module `io`: the terminal of a process on a terminal host.
//!
//! Anywhere else every function answers `nil, Unavailable`. Waiting for input or for a slow reader of the output
//! suspends only the calling coroutine. `raw` is absent until there is a `tty` module: it needs the terminal's modes.

use bytes::Bytes;
use infra_base::{Error, Kind, Result};
use lua_api::{Answer, Class, Cx, Group, Guest, Module, NativeResult};
use svc_terminal::{Stream, Terminal};

/// What `require("io")` returns.
pub(crate) fn module() -> Module {
    let top = Group::new("io", "The terminal of a process on a terminal host.")
        .func("write(...any): (boolean?, error?)", "Writes values to standard output as they are.", write)
        .func(
            "print(...any): (boolean?, error?)",
            "Writes values to standard output, joined by tabs, with a line end.",
            print,
        )
        .func("eprint(...any): (boolean?, error?)", "As `print`, to standard error.", eprint)
        .func(
            "read(size?: integer): (string?, error?)",
            "At most `size` bytes (1024 if absent or below 1) of standard input, as soon as there are some.",
            read,
        )
        .func("readline(): (string?, error?)", "The next line of standard input, without its end.", readline)
        .func("flush(): (boolean?, error?)", "Waits until everything that was written has left.", flush)
        .func("args(): ({string}?, error?)", "What followed the program's name on the command line.", args);
    Module::new(&[Class::Io, Class::Nondeterministic], top)
}

fn terminal(cx: &mut Cx<'_>) -> Result<Terminal> {
    let found = cx.at().frame.own.get::<Terminal>().cloned();
    found.ok_or_else(|| Error::new(Kind::Unavailable, "no terminal context").with_retryable(Some(false)))
}

/// What is between values, and what ends them.
#[derive(Clone, Copy)]
struct Form {
    stream: Stream,
    lines: bool,
}

fn write(cx: &mut Cx<'_>) -> NativeResult {
    out(cx, Form { stream: Stream::Out, lines: false }, next_write)
}

fn print(cx: &mut Cx<'_>) -> NativeResult {
    out(cx, Form { stream: Stream::Out, lines: true }, next_print)
}

fn eprint(cx: &mut Cx<'_>) -> NativeResult {
    out(cx, Form { stream: Stream::Err, lines: true }, next_eprint)
}

fn next_write(cx: &mut Cx<'_>) -> NativeResult {
    keep_text(cx)?;
    out(cx, Form { stream: Stream::Out, lines: false }, next_write)
}

fn next_print(cx: &mut Cx<'_>) -> NativeResult {
    keep_text(cx)?;
    out(cx, Form { stream: Stream::Out, lines: true }, next_print)
}

fn next_eprint(cx: &mut Cx<'_>) -> NativeResult {
    keep_text(cx)?;
    out(cx, Form { stream: Stream::Err, lines: true }, next_eprint)
}

/// Turns argument after argument into text in the slots behind the arguments (a value may have a `__tostring` of its own,
/// which is called), then sends all of it.
fn out(cx: &mut Cx<'_>, form: Form, next: lua_api::NativeFn) -> NativeResult {
    let count = cx.nargs();
    while cx.len() < 2 * count {
        let value = cx.arg(cx.len() - count);
        if value.as_table().is_some() || value.as_userdata().is_some() {
            let tostring = cx.globals().get_field("tostring");
            cx.push(tostring);
            cx.push(value);
            return cx.call(1, next);
        }
        let text = match cx.to_bytes(value) {
            Some(bytes) => cx.string(bytes),
            None => {
                let text = cx.plain_text(value);
                cx.string(text.as_bytes())
            }
        };
        cx.push(text);
    }
    send(cx, form)
}

/// Continuation of a `tostring`: its result is the text.
fn keep_text(cx: &mut Cx<'_>) -> Result<(), lua_api::Raise> {
    let text = cx.result(0);
    let kept = cx.len() - cx.results();
    cx.set_len(kept);
    if text.as_bytes().is_none() {
        return Err(cx.error("'__tostring' must return a string"));
    }
    cx.push(text);
    Ok(())
}

fn send(cx: &mut Cx<'_>, form: Form) -> NativeResult {
    let terminal = match terminal(cx) {
        Ok(terminal) => terminal,
        Err(error) => return cx.fail(error),
    };
    let count = cx.nargs();
    let mut text = Vec::new();
    for i in 0..count {
        if i > 0 && form.lines {
            text.push(b'\t');
        }
        text.extend_from_slice(cx.slot(count + i).as_bytes().unwrap_or_default());
    }
    if form.lines {
        text.push(b'\n');
    }
    let held = text.len();
    match terminal.write(form.stream, Bytes::from(text)) {
        Ok(None) => cx.ret(true),
        Ok(Some(writing)) => cx.wait_holding(held, writing, done),
        Err(error) => cx.fail(error),
    }
}

fn done(cx: &mut Cx<'_>, result: Result<()>) -> Answer {
    match result {
        Ok(()) => cx.ret(true),
        Err(error) => cx.fail(error),
    }
}

fn give_read(cx: &mut Cx<'_>, read: Result<Bytes>) -> Answer {
    match read {
        Ok(bytes) => {
            let text = cx.string(&bytes);
            cx.ret(text)
        }
        Err(error) => cx.fail(error),
    }
}

/// Most bytes that one `io.read` gives.
const MOST: i64 = 1 << 20;

fn read(cx: &mut Cx<'_>) -> NativeResult {
    let size = cx.opt_int(0, 1024)?;
    let size = if size < 1 { 1024 } else { size.min(MOST) };
    match terminal(cx) {
        Ok(terminal) => cx.wait_for(terminal.read(size as usize), give_read),
        Err(error) => cx.fail(error),
    }
}

fn readline(cx: &mut Cx<'_>) -> NativeResult {
    match terminal(cx) {
        Ok(terminal) => cx.wait_for(terminal.read_line(), give_read),
        Err(error) => cx.fail(error),
    }
}

fn flush(cx: &mut Cx<'_>) -> NativeResult {
    match terminal(cx) {
        Ok(terminal) => cx.wait_for(terminal.flush(Stream::Out), done),
        Err(error) => cx.fail(error),
    }
}

fn args(cx: &mut Cx<'_>) -> NativeResult {
    let terminal = match terminal(cx) {
        Ok(terminal) => terminal,
        Err(error) => return cx.fail(error),
    };
    let list = cx.table(terminal.args().len(), 0);
    for (i, arg) in (1..).zip(terminal.args()) {
        let arg = cx.string(arg.as_bytes());
        cx.set_int(list, i, arg)?;
    }
    cx.ret(list)
}
