//! Stacks of coroutines that rest: when they are trimmed, and in which steps.
//!
//! A collection trims every stack that rests when it has scanned it. One that finds nothing running has trimmed all of them, and notes
//! their size (`Gc::trimmed`). A process that waits asks for another one when they have grown a lot since, or when a coroutine came to
//! rest that hardly uses its large stack any more.

use super::{AWHILE, MAX_STEP};
use crate::heap::Heap;
use crate::object::Thread;

/// Bytes that are given back for a unit: a megabyte takes some 50 us.
const GIVEN: usize = (1 << 20) / MAX_STEP;

/// Bytes of stacks in units of 16.
pub(super) fn pieces(stacks: usize) -> u32 {
    u32::try_from(stacks / 16).unwrap_or(u32::MAX)
}

impl Heap {
    /// Gives back what a stack does not use; false if the budget is spent before.
    ///
    /// # Safety
    /// The thread is live and not running.
    pub(super) unsafe fn trim_stack(&mut self, t: *mut Thread, budget: usize) -> bool {
        loop {
            let before = self.stacks;
            // SAFETY: the caller's promise.
            let done = unsafe { crate::thread::trim(self, t) };
            self.gc.work += (before - self.stacks) / GIVEN;
            if done || self.gc.work >= budget {
                return done;
            }
        }
    }

    /// A stack is much larger than what is used of it.
    #[cold]
    pub(crate) fn loosen(&mut self) {
        self.gc.trimmed = 0;
    }

    /// Whether there is so much to trim that a process that waits should collect.
    pub(super) fn has_loose_stacks(&self) -> bool {
        let trimmed = self.gc.trimmed as usize * 16;
        self.stacks > trimmed + (trimmed / 2).max(AWHILE)
    }
}
