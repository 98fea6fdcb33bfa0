//! Memory of all Lua heaps of the node: who counts, where it gets tight, how large heaps are freed.
//!
//! A process reports the size of its heap after each step, so the sum is late by a step at most. Above the limit processes
//! collect early; above 110 % of it nothing new is started. What a dead process leaves counts until it is freed, in slices
//! of a task of its own, so that the end of a process with 500 MB holds no worker.

use core_sched::Scheduler;
use infra_base::{Error, Result};
use lua_vm::Lua;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Default of `--memory-limit`.
pub const DEFAULT_LIMIT: usize = 1 << 30;

// A soft bound for admission and pace: nothing is published by them, so `Relaxed` everywhere.
static USED: AtomicUsize = AtomicUsize::new(0);
static LIMIT: AtomicUsize = AtomicUsize::new(DEFAULT_LIMIT);
static REAPER: LazyLock<Scheduler> = LazyLock::new(Scheduler::default);

/// Bytes in all Lua heaps of this node, garbage included.
pub fn used() -> usize {
    USED.load(Ordering::Relaxed)
}

/// The soft limit of their sum in bytes.
pub fn limit() -> usize {
    LIMIT.load(Ordering::Relaxed)
}

/// Changes the soft limit; the old one.
pub fn set_limit(bytes: usize) -> usize {
    LIMIT.swap(bytes, Ordering::Relaxed)
}

/// Whether there is room for another process. `Unavailable`, retryable.
pub(crate) fn admit() -> Result<()> {
    let (used, limit) = (used(), limit());
    if used <= limit.saturating_add(limit / 10) {
        return Ok(());
    }
    let mib = |bytes: usize| bytes >> 20;
    Err(Error::unavailable(format!("out of memory: {} MiB of {} MiB are in use", mib(used), mib(limit))))
}

/// What one heap counts for in the sum.
#[derive(Default)]
pub(crate) struct Share(usize);

impl Share {
    /// The heap has this size now; whether the node is above its limit.
    pub(crate) fn report(&mut self, bytes: usize) -> bool {
        // Sums wrap, so a difference below 0 is added, too.
        let change = bytes.wrapping_sub(self.0);
        self.0 = bytes;
        let used =
            if change == 0 { used() } else { USED.fetch_add(change, Ordering::Relaxed).wrapping_add(change) };
        used > limit()
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        self.report(0);
    }
}

/// Frees what a process leaves: at once if it is little.
pub(crate) fn reap(lua: &mut Lua, share: &mut Share) {
    let Some(mut remains) = lua.take_remains() else { return };
    let mut share = std::mem::take(share);
    REAPER.drudge(move || {
        let done = remains.free_slice();
        share.report(remains.bytes());
        done
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_add_up_and_vanish() {
        let before = used();
        let (mut a, mut b) = (Share::default(), Share::default());
        a.report(5 << 40);
        assert!(b.report(1 << 20), "above any limit of a test");
        assert!(admit().is_err_and(|e| e.retryable() == Some(true)));
        a.report(1 << 20);
        drop((a, b));
        assert!(used() < before + (1 << 30));
        assert!(admit().is_ok());
    }
}
