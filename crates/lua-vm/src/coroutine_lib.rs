//! The coroutine library, except `spawn`, which is the embedder's.

use crate::frame::Waits;
use crate::native::{Cx, Flow, NativeResult, Val};
use crate::statics::{Lib, StaticsBuilder};

pub(crate) fn register(b: &mut StaticsBuilder) {
    b.global("coroutine", library());
}

/// The library's table, for an embedder that adds to it.
pub fn library() -> Lib {
    Lib::new()
        .local("create", create)
        .local("resume", resume)
        .local("running", running)
        .local("status", status)
        .local("wrap", wrap)
        .local("yield", yield_values)
}

fn create(cx: &mut Cx<'_>) -> NativeResult {
    let f = cx.check_function(0)?;
    let t = cx.thread(f, &[]);
    cx.ret(t)
}

fn resume(cx: &mut Cx<'_>) -> NativeResult {
    cx.check_thread(0)?;
    let args = cx.nargs() - 1;
    cx.resume_as(args, Waits::Status, resumed)
}

fn resumed(cx: &mut Cx<'_>) -> NativeResult {
    let n = cx.results();
    let ok = Val::bool(cx.succeeded());
    cx.insert(cx.len() - n, ok);
    Ok(Flow::values(n + 1))
}

fn wrap(cx: &mut Cx<'_>) -> NativeResult {
    let f = cx.check_function(0)?;
    let t = cx.thread(f, &[]);
    let f = cx.native("wrap", wrapped, &[t]);
    cx.ret(f)
}

fn wrapped(cx: &mut Cx<'_>) -> NativeResult {
    let args = cx.nargs();
    let t = cx.upvalue(0);
    cx.insert(0, t);
    cx.resume_as(args, Waits::Values, unwrapped)
}

fn unwrapped(cx: &mut Cx<'_>) -> NativeResult {
    if cx.succeeded() {
        return Ok(Flow::values(cx.results()));
    }
    let v = cx.result(0);
    Err(cx.raise(v))
}

fn yield_values(cx: &mut Cx<'_>) -> NativeResult {
    cx.yield_values(cx.nargs())
}

fn status(cx: &mut Cx<'_>) -> NativeResult {
    let t = cx.check_thread(0)?;
    let text = match cx.thread_status(t) {
        "waiting" => "suspended",
        other => other,
    };
    let s = cx.string(text.as_bytes());
    cx.ret(s)
}

fn running(cx: &mut Cx<'_>) -> NativeResult {
    let (t, main) = cx.running();
    if main { cx.ret(Val::NIL) } else { cx.ret(t) }
}
