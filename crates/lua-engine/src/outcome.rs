//! What the results of an entry function mean for its caller.

use infra_base::{Error, Payload, Result};
use lua_api::{Cx, ErrorObject, Pin, Val, View, begin_payload, begun_payload, error_from_val};
use lua_vm::TraceFrame;

/// The result of a method that returned: `v` → v; `v, "text"` and `v, err` → failure; any other second value is ignored.
/// `None`: `v` is large and is copied now; [`copied`] has it when the machine is settled.
pub(crate) fn returned(cx: &mut Cx<'_>, results: &[Pin]) -> Result<Option<Payload>> {
    let first = results.first().map_or(Val::NIL, |pin| cx.pinned(pin));
    let second = results.get(1).map_or(Val::NIL, |pin| cx.pinned(pin));
    let failed = match second.view() {
        View::Str(_) => true,
        View::Userdata(u) => u.payload::<ErrorObject>().is_some(),
        _ => false,
    };
    if failed {
        return Err(error_from_val(second));
    }
    begin_payload(cx, first).map_err(|e| e.context("result"))
}

/// The result that [`returned`] began to copy.
pub(crate) fn copied(cx: &mut Cx<'_>) -> Result<Payload> {
    begun_payload(cx).map_err(|e| e.context("result"))
}

/// The error of a method that raised: an error object keeps its class; a traceback goes along.
pub(crate) fn raised(value: Val<'_>, trace: &[TraceFrame]) -> Error {
    let error = error_from_val(value);
    if trace.is_empty() || error.trace().is_some() {
        error
    } else {
        error.with_trace(crate::body::trace_text(trace))
    }
}
