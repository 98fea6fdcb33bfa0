//! When a collection begins by itself, and when one of its steps ends.

use std::sync::OnceLock;

use super::{AWHILE, FIRST_THRESHOLD, IDLE, MAX_STEP, Roots, State};
use crate::heap::Heap;

/// Work between two questions whether the turn has lasted too long, some 6 us, or 50 where all memory is cold.
pub(super) const PIECE: usize = 1 << 10;
/// Bytes that are never allocated.
const NEVER: isize = isize::MAX / 4;

/// Who knows how long the turn lasts already.
static LATE: OnceLock<fn() -> bool> = OnceLock::new();

/// Has collectors ask `late` whether the turn of their worker has lasted too long; then their step ends as soon as they have kept up
/// with the program, and the slice with it. Only where they pause depends on it, never what a program sees. The first one
/// stays, for all processes.
pub fn ask_when_late(late: fn() -> bool) {
    let _ = LATE.set(late);
}

/// Never, if nobody knows.
fn is_late() -> bool {
    LATE.get().is_some_and(|late| late())
}

impl Heap {
    /// Goes on with the cycle that runs, or begins one, until it is over or about `budget` units are done; or `least` and the
    /// turn is late, which units do not see where memory is cold. What is to be paid: such a step ends the slice.
    pub(super) fn work(&mut self, roots: &Roots<'_>, budget: usize, least: usize) -> usize {
        self.gc.work = 0;
        let mut goal = budget.min(least.max(PIECE));
        loop {
            self.advance(roots, goal);
            if self.gc.state == State::Pause && self.gc.rests.is_empty() || self.gc.work >= budget {
                return self.gc.work;
            }
            if self.gc.work >= goal {
                if is_late() {
                    return self.gc.work.max(MAX_STEP);
                }
                goal = budget.min(self.gc.work + PIECE);
            }
        }
    }

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
        let waits = self.gc.state == State::Pause && self.gc.rests.is_empty();
        if waits && self.gc.asked == 0 && !self.over_quota {
            let room = self.room();
            self.debt = self.bytes as isize - self.gc.live as isize - room;
            self.gc.left = -room;
        }
    }

    /// Whether a process that waits should collect first: it allocated more than half of what it had when the last collection
    /// was over, or is in the middle of one; or its stacks grew likewise since they were trimmed, or became too large, which only
    /// a collection mends that finds nothing running; or somebody asked for it.
    pub(crate) fn is_worth_collecting(&self) -> bool {
        if self.gc.asked > 0 {
            return true;
        }
        if self.pause < 0 {
            return false;
        }
        if self.gc.state != State::Pause || !self.gc.rests.is_empty() {
            return true;
        }
        self.bytes > self.gc.after + (self.gc.after / 2).max(IDLE) || self.has_loose_stacks()
    }

    /// Whether it may put that off for a while: it is little, and not what the process began with.
    pub(crate) fn can_wait(&self) -> bool {
        self.gc.cycles > 0
            && self.gc.asked == 0
            && self.gc.state == State::Pause
            && self.gc.rests.is_empty()
            && self.bytes <= self.gc.after + (self.gc.after / 2).max(AWHILE)
    }

    /// Has everything collected that is garbage now.
    pub(crate) fn ask(&mut self) {
        // What the cycle that runs has marked may be garbage by now.
        self.gc.asked = 1 + u8::from(self.gc.state != State::Pause);
        let due = (1 - self.debt).max(0);
        self.debt += due;
        self.gc.left += due;
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
