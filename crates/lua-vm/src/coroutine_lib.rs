//! The coroutine library, except `spawn`, which is the embedder's.

use crate::frame::Frame;
use crate::native::{Cx, Flow, NativeFn, NativeResult, Val};
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
    cx.resume(args, resumed)
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
    cx.resume(args, unwrapped)
}

/// What a native that rests with this continuation returns when the coroutine that it resumed yields or ends.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Returns {
    /// The values.
    Values,
    /// `true` and the values.
    Status,
    /// Only the continuation knows.
    Other,
}

pub(crate) fn returns(then: Option<NativeFn>) -> Returns {
    let is = |f: NativeFn| then.is_some_and(|then| std::ptr::fn_addr_eq(then, f));
    if is(unwrapped) {
        Returns::Values
    } else if is(resumed) {
        Returns::Status
    } else {
        Returns::Other
    }
}

/// Whether `resumer`, a frame that waits for a coroutine, raises again what ends it.
pub(crate) fn raises_again(resumer: Option<&Frame>) -> bool {
    resumer.is_some_and(|f| returns(f.then) == Returns::Values)
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
    let (t, root) = cx.running();
    if root { cx.ret(Val::NIL) } else { cx.ret(t) }
}
