//! Memory of all Lua processes of the node: who counts, where it gets tight, how large heaps are freed.
//!
//! A process reports what it holds after each step, so the sum is late by a step at most. Above the limit processes
//! collect early; above 110 % of it nothing new is started. What a dead process leaves counts until it is freed, in slices
//! of a task of its own, so that the end of a process with 500 MB holds no worker.
//!
//! Mail counts to the node with its receiver: that says after each step what waits for it. So a message costs no word that
//! others write, and what a step receives of what came since the last one is never reported. What no step of its receiver has seen is
//! missing in the sum: since mail wakes, that is what all senders send in one turn of the workers, or, where a host lets few of its
//! processes run at once, while those wait in its line.

use crate::images::Images;
use crate::tidy::{Round, Tidy};
use core_sched::{Control, Scheduler};
use infra_clock::Clock;
use infra_profile::Profiler;
use lua_api::{Held, Memory, Pace};
use lua_vm::{Image, Lua};
use parking_lot::Mutex;
use std::sync::Arc;

/// Default of `--memory-limit`.
pub const DEFAULT_LIMIT: usize = 1 << 30;

/// Freed bytes that are reported late, if nothing else has changed.
const FREED: usize = 16 << 10;

/// The heaps of a node, their images, who frees the large ones, and who records what is done in them.
pub struct Heaps {
    pub(crate) memory: Arc<Memory>,
    pub(crate) profiler: Arc<Profiler>,
    pub(crate) images: Images,
    reaper: Scheduler,
    tidy: Arc<Tidy>,
}

impl Heaps {
    /// No heap yet; `limit` is the soft limit of their sum in bytes.
    pub fn new(limit: usize) -> Arc<Heaps> {
        let (profiler, images, reaper, tidy) = Default::default();
        Arc::new(Heaps { memory: Memory::new(limit), profiler, images, reaper, tidy })
    }
}

/// What one process counts for in the sums.
pub(crate) struct Share {
    heaps: Arc<Heaps>,
    last: Held,
}

impl Share {
    /// Of a process that has nothing yet.
    pub(crate) fn new(heaps: Arc<Heaps>) -> Share {
        Share { heaps, last: Held::default() }
    }

    /// Takes it over from a process that is moved.
    pub(crate) fn take(&mut self) -> Share {
        let rest = Share::new(self.heaps.clone());
        std::mem::replace(self, rest)
    }

    /// Who does what nobody waits for, see [`Scheduler::drudge`].
    pub(crate) fn reaper(&self) -> Scheduler {
        self.heaps.reaper.clone()
    }

    /// Has the process asked, in a while, to collect what it keeps until then.
    #[cold]
    pub(crate) fn tidy_later(&self, control: &Arc<Control>, clock: &Clock) -> Round {
        self.heaps.tidy.list(control.clone(), clock, &self.heaps.reaper)
    }

    /// Is it time for those of that round?
    #[inline]
    pub(crate) fn is_over(&self, round: Round) -> bool {
        self.heaps.tidy.is_over(round)
    }

    /// Are the heaps larger than the limit?
    pub(crate) fn is_tight(&self) -> bool {
        self.heaps.memory.pace().tight
    }

    /// See [`Memory::wishes`].
    #[inline]
    pub(crate) fn wishes(&self) -> u32 {
        self.heaps.memory.wishes()
    }

    /// Who records what the processes of the node do.
    #[inline]
    pub(crate) fn profiler(&self) -> &Arc<Profiler> {
        &self.heaps.profiler
    }

    /// So many bytes are left of a heap that is being freed.
    fn shrink(&mut self, bytes: usize) {
        let freed = self.last.bytes.saturating_sub(bytes);
        self.set(Held { bytes, ..self.last }, freed);
    }

    /// This is what the process has now, with so many coroutines and bytes of mail; how the node wants heaps to be collected.
    #[inline]
    pub(crate) fn report(&mut self, lua: &mut Lua, coroutines: usize, mail: usize) -> Pace {
        let stats = lua.stats();
        let now = Held {
            bytes: stats.bytes,
            beside: stats.outside + mail,
            objects: stats.objects as u32,
            collections: stats.collections as u32,
            stacks: (stats.stacks / 16) as u32,
            coroutines: coroutines as u32,
        };
        // Who allocates and frees the same with each message says so now and then.
        if now != self.last || lua.freed() > FREED {
            self.set(now, lua.take_freed());
        }
        self.heaps.memory.pace()
    }

    #[inline]
    fn set(&mut self, now: Held, freed: usize) {
        if now != self.last || freed > 0 {
            self.heaps.memory.report(self.last, now, freed);
            self.last = now;
        }
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        self.set(Held::default(), self.last.bytes);
    }
}

/// Frees what a process leaves: at once if it is little.
pub(crate) fn reap(lua: &mut Lua, share: &mut Share) {
    // Who held that for it is gone already, and so is its mail.
    share.set(Held { beside: 0, ..share.last }, lua.take_freed());
    let Some(mut remains) = lua.take_remains() else { return };
    let mut share = share.take();
    let reaper = share.reaper();
    reaper.drudge(move || {
        let done = remains.free_slice();
        share.shrink(remains.bytes());
        done
    });
}

/// Counts an image until it is freed, in slices if it is large.
pub(crate) fn count(heaps: &Arc<Heaps>, image: &Image) {
    let mut share = Share::new(heaps.clone());
    share.set(Held { bytes: image.bytes(), objects: image.objects() as u32, ..Held::default() }, 0);
    let share = Mutex::new(Some(share));
    image.bury_with(Box::new(move |mut remains| {
        let Some(mut share) = share.lock().take() else { return };
        share.reaper().drudge(move || {
            let done = remains.free_slice();
            share.shrink(remains.bytes());
            done
        });
    }));
}

#[cfg(test)]
mod tests {
    use super::*;
    use lua_vm::{Options, StaticsBuilder};

    #[test]
    fn mail_and_what_is_begun_count_until_they_are_gone() {
        let heaps = Heaps::new(1 << 20);
        let bytes = || heaps.memory.total().bytes;
        let mut lua = Lua::new(StaticsBuilder::new().build(), Options::default());
        let heap = lua.stats().bytes;
        let mut share = Share::new(heaps.clone());
        share.report(&mut lua, 1, 1_000);
        assert_eq!(bytes(), heap + 1_000);
        assert!(lua.hold_outside(50_000));
        share.report(&mut lua, 1, 3_000_000);
        assert_eq!(bytes(), heap + 3_050_000);
        assert!(heaps.memory.admit().is_err(), "mail alone is more than the limit");
        let allocated = heaps.memory.total().allocated;
        lua.release_outside(20_000);
        share.report(&mut lua, 1, 200_000);
        assert_eq!((bytes(), heaps.memory.total().allocated), (heap + 230_000, allocated));
        assert!(heaps.memory.admit().is_ok());
        // A call ends, and leaves its state.
        lua.release_all_outside();
        let mut moved = share.take();
        moved.report(&mut lua, 0, 0);
        assert_eq!(bytes(), heap);
        // One that is killed.
        assert!(lua.hold_outside(40_000));
        moved.report(&mut lua, 1, 10_000);
        assert_eq!(bytes(), heap + 50_000);
        reap(&mut lua, &mut moved);
        drop((lua, moved, share));
        assert_eq!(bytes(), 0);
    }
}
