//! A panic is one line of the log; who catches it says whose it was.

use std::io::Write;
use std::panic::PanicHookInfo;

/// Replaces the report that the standard library prints. Panics of processes and tasks are caught where they run.
pub(crate) fn install() {
    std::panic::set_hook(Box::new(report));
}

fn report(panic: &PanicHookInfo<'_>) {
    let text = panic.payload_as_str().unwrap_or("no message");
    let place = panic.location().map(ToString::to_string).unwrap_or_default();
    if tracing::enabled!(target: "panic", tracing::Level::ERROR) {
        tracing::error!(target: "panic", place, "a bug of the host: {text}");
    } else {
        // Without a log it still must not go unseen. Where standard error is closed nobody can be told.
        let _ = writeln!(std::io::stderr().lock(), "error: a bug of the host at {place}: {text}");
    }
}
