//! When a collection begins by itself: growth since the last one, which a node may change.

use super::{FIRST_THRESHOLD, IDLE, State};
use crate::heap::Heap;

/// Bytes that are never allocated.
const NEVER: isize = isize::MAX / 4;

impl Heap {
    /// Growth over what lives that begins the next cycle.
    pub(super) fn room(&self) -> isize {
        let live = self.gc.live as isize;
        let room = match self.pause {
            100 => live,
            ..0 => NEVER,
            percent => live.saturating_mul(percent as isize) / 100,
        };
        room.clamp(FIRST_THRESHOLD, NEVER)
    }

    /// Sets `pause`; counts at once between two cycles, else from the end of the one that runs.
    #[cold]
    pub(crate) fn set_pause(&mut self, percent: i32) {
        self.pause = percent;
        if self.gc.state == State::Pause && self.gc.rests.is_empty() && !self.over_quota {
            let room = self.room();
            self.debt = self.bytes as isize - self.gc.live as isize - room;
            self.gc.left = -room;
        }
    }

    /// Whether a process that waits should collect first: it allocated more than half of what it had when the last collection
    /// was over, or is in the middle of one.
    pub(crate) fn is_worth_collecting(&self) -> bool {
        if self.pause < 0 {
            return false;
        }
        if self.gc.state != State::Pause || !self.gc.rests.is_empty() {
            return true;
        }
        self.bytes > self.gc.after + (self.gc.after / 2).max(IDLE)
    }

    /// Lets the next cycle begin when a quarter of what lives was allocated since the last.
    pub(crate) fn press(&mut self) {
        if self.gc.state == State::Pause
            && self.bytes > self.gc.after + (self.gc.after / 4).max(FIRST_THRESHOLD as usize)
        {
            self.debt = self.debt.max(1);
        }
    }
}
