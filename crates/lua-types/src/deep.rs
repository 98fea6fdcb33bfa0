//! A stack on which any tree can be checked: trees are high, and analyses lie within each other.

use std::cell::Cell;
use std::io;

const STACK: usize = 512 << 20;

thread_local! {
    /// Whether this thread has such a stack.
    static DEEP: Cell<bool> = const { Cell::new(false) };
}

/// Runs `work` on a deep stack: on a thread of its own, or here if this is one. Who checks many units does so within it.
///
/// # Errors
/// The system has no thread left; nothing has run then.
///
/// # Panics
/// If `work` panics.
pub fn deep<R: Send>(work: impl FnOnce() -> R + Send) -> io::Result<R> {
    if DEEP.get() {
        return Ok(work());
    }
    let marked = || {
        DEEP.set(true);
        work()
    };
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().name("check".into()).stack_size(STACK);
        let thread = thread.spawn_scoped(scope, marked)?;
        Ok(thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
    })
}
