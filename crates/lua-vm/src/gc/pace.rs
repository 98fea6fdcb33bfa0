//! When a collection begins by itself: growth since the last one, which a node may change.

use super::{FIRST_THRESHOLD, State};
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
}
