//! Memory of all Lua heaps of the node: who counts, where it gets tight, how large heaps are freed.
//!
//! A process reports the size of its heap after each step, so the sum is late by a step at most. Above the limit processes
//! collect early; above 110 % of it nothing new is started. What a dead process leaves counts until it is freed, in slices
//! of a task of its own, so that the end of a process with 500 MB holds no worker.

use core_sched::Scheduler;
use infra_base::{Error, Result};
use lua_vm::Lua;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Default of `--memory-limit`.
pub const DEFAULT_LIMIT: usize = 1 << 30;

/// The heaps of one node.
pub struct Memory {
    /// A soft bound for admission and pace: nothing is published by it, so `Relaxed` everywhere.
    used: AtomicUsize,
    limit: usize,
    reaper: Scheduler,
}

impl Memory {
    /// No heap yet; `limit` is the soft limit of their sum in bytes.
    pub fn new(limit: usize) -> Arc<Memory> {
        Arc::new(Memory { used: AtomicUsize::new(0), limit, reaper: Scheduler::default() })
    }

    /// Bytes in all Lua heaps of this node, garbage included.
    pub fn used(&self) -> usize {
        self.used.load(Ordering::Relaxed)
    }

    /// Whether there is room for another process. `Unavailable`, retryable.
    pub(crate) fn admit(&self) -> Result<()> {
        let (used, limit) = (self.used(), self.limit);
        if used <= limit.saturating_add(limit / 10) {
            return Ok(());
        }
        let mib = |bytes: usize| bytes >> 20;
        let why = format!("out of memory: {} MiB of {} MiB are in use", mib(used), mib(limit));
        Err(Error::unavailable(why))
    }
}

/// What one heap counts for in the sum.
pub(crate) struct Share {
    memory: Arc<Memory>,
    bytes: usize,
}

impl Share {
    /// Of a heap that is empty yet.
    pub(crate) fn new(memory: Arc<Memory>) -> Share {
        Share { memory, bytes: 0 }
    }

    /// The heap has this size now; whether the node is above its limit.
    pub(crate) fn report(&mut self, bytes: usize) -> bool {
        // Sums wrap, so a difference below 0 is added, too.
        let change = bytes.wrapping_sub(self.bytes);
        self.bytes = bytes;
        let used = match change {
            0 => self.memory.used(),
            _ => self.memory.used.fetch_add(change, Ordering::Relaxed).wrapping_add(change),
        };
        used > self.memory.limit
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
    let rest = Share::new(share.memory.clone());
    let mut share = std::mem::replace(share, rest);
    let reaper = share.memory.reaper.clone();
    reaper.drudge(move || {
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
        let memory = Memory::new(1 << 30);
        let (mut a, mut b) = (Share::new(memory.clone()), Share::new(memory.clone()));
        assert!(!a.report(1 << 30));
        assert!(b.report(1 << 20), "above the limit");
        assert!(memory.admit().is_ok(), "by less than a tenth");
        assert!(a.report(2 << 30));
        assert!(memory.admit().is_err_and(|e| e.retryable() == Some(true)));
        drop((a, b));
        assert_eq!(memory.used(), 0);
        assert!(memory.admit().is_ok());
    }
}
