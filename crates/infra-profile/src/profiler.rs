//! Takes samples while somebody records: whoever works stops now and then and says where it is.
//!
//! Work is counted in fuel, the unit of the engine, and in allocated bytes. While a recording is under way, a process runs for
//! [`Profiler::budget`] at most; what it did is [`Profiler::worked`], and when the budget is used up, that asks for the stack
//! and puts down to it everything that was done since the last sample, whoever did it. Both counts belong to the node, not to a
//! process: many short processes are sampled like one long one, and the sums are exact but for what came after the last sample.
//!
//! Distances between samples vary between a half and one and a half of the mean, or a loop that fits them would be seen in one
//! place only; they are drawn from a fixed seed, so one process alone gives the same samples each time.

use crate::profile::{Profile, Site, Values};
use infra_base::{Error, Kind, Result};
use parking_lot::Mutex;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use tokio::sync::Notify;

/// Fuel between two samples, in the mean: some 20 us of work.
const FUEL: u64 = 20_000;

/// Bytes between two samples of allocations, in the mean.
const BYTES: u64 = 64 << 10;

/// Where the distances start.
const SEED: u64 = 0x9e37_79b9_7f4a_7c15;

/// Where processes of a node work, as long as somebody records it.
#[derive(Default)]
pub struct Profiler {
    /// Somebody records. Nothing is published by this and the counts, so `Relaxed` everywhere.
    on: AtomicBool,
    fuel: Countdown,
    bytes: Countdown,
    /// Since the last sample.
    nanos: AtomicU64,
    objects: AtomicU64,
    recording: Mutex<Option<State>>,
}

/// What was done since the last sample, and at how much the next one is due.
#[derive(Default)]
struct Countdown {
    done: AtomicU64,
    due: AtomicU64,
}

impl Countdown {
    fn start(&self, due: u64) {
        self.done.store(0, Relaxed);
        self.due.store(due, Relaxed);
    }

    fn left(&self) -> u64 {
        self.due.load(Relaxed).saturating_sub(self.done.load(Relaxed))
    }
}

struct State {
    profile: Profile,
    /// Fuel that is wanted.
    until: u64,
    chance: u64,
    stopped: bool,
    full: Arc<Notify>,
}

/// What a process did in one go.
#[derive(Clone, Copy, Debug, Default)]
pub struct Work {
    /// Fuel used.
    pub fuel: u64,
    /// Nanoseconds that it took; other processes of the machine may have had some of them.
    pub nanos: u64,
    /// Bytes allocated.
    pub bytes: u64,
    /// Objects allocated.
    pub objects: u64,
}

impl Profiler {
    /// Whether somebody records.
    #[inline]
    pub fn is_on(&self) -> bool {
        self.on.load(Relaxed)
    }

    /// Most fuel and bytes until the next sample is due; at least one each.
    pub fn budget(&self) -> (u64, u64) {
        (self.fuel.left().max(1), self.bytes.left().max(1))
    }

    /// Adds what a process did. `stopped`: it did not end by itself, and `stack` says where it is, innermost first.
    pub fn worked(&self, work: Work, stopped: bool, stack: impl FnOnce(&mut dyn FnMut(Site<'_>))) {
        self.nanos.fetch_add(work.nanos, Relaxed);
        self.objects.fetch_add(work.objects, Relaxed);
        self.fuel.done.fetch_add(work.fuel, Relaxed);
        self.bytes.done.fetch_add(work.bytes, Relaxed);
        if !stopped || (self.fuel.left() > 0 && self.bytes.left() > 0) {
            return;
        }
        let mut recording = self.recording.lock();
        let Some(state) = recording.as_mut() else { return };
        let mut values = Values { samples: 1, ..Values::default() };
        // Another worker may have been faster.
        if self.fuel.left() == 0 {
            values.fuel = self.fuel.done.swap(0, Relaxed);
            values.nanos = self.nanos.swap(0, Relaxed);
            self.fuel.due.store(state.distance(FUEL), Relaxed);
        }
        if self.bytes.left() == 0 {
            values.bytes = self.bytes.done.swap(0, Relaxed);
            values.objects = self.objects.swap(0, Relaxed);
            self.bytes.due.store(state.distance(BYTES), Relaxed);
        }
        if values.fuel == 0 && values.bytes == 0 {
            return;
        }
        state.profile.add(values, stack);
        if state.profile.total().fuel >= state.until {
            self.on.store(false, Relaxed);
            state.full.notify_one();
        }
    }

    /// Begins a recording that wants `fuel` at most. `AlreadyExists` if there is one already.
    pub fn record(self: &Arc<Self>, fuel: u64) -> Result<Recording> {
        let mut recording = self.recording.lock();
        if recording.is_some() {
            let why = "a profile is being recorded already, one at a time";
            return Err(Error::new(Kind::AlreadyExists, why).with_retryable(Some(true)));
        }
        let full = Arc::<Notify>::default();
        let (profile, until, chance) = (Profile::default(), fuel.max(1), SEED);
        let mut state = State { profile, until, chance, stopped: false, full: full.clone() };
        self.fuel.start(state.distance(FUEL));
        self.bytes.start(state.distance(BYTES));
        self.nanos.store(0, Relaxed);
        self.objects.store(0, Relaxed);
        *recording = Some(state);
        self.on.store(true, Relaxed);
        Ok(Recording { profiler: Some(self.clone()), full })
    }

    /// Ends the recording that is under way; it gives no profile.
    pub fn stop(&self) {
        self.on.store(false, Relaxed);
        if let Some(state) = self.recording.lock().as_mut() {
            state.stopped = true;
            state.full.notify_one();
        }
    }
}

impl State {
    fn distance(&mut self, mean: u64) -> u64 {
        // xorshift64
        self.chance ^= self.chance << 13;
        self.chance ^= self.chance >> 7;
        self.chance ^= self.chance << 17;
        mean / 2 + self.chance % mean
    }
}

/// A recording that is under way; dropping it ends it.
pub struct Recording {
    /// `None` once it has ended.
    profiler: Option<Arc<Profiler>>,
    full: Arc<Notify>,
}

impl Recording {
    /// Completes when it has the fuel that was wanted, or was stopped.
    pub async fn full(&self) {
        self.full.notified().await;
    }

    /// What was recorded. `Canceled` if it was stopped.
    pub fn finish(mut self) -> Result<Profile> {
        match self.end() {
            Some(state) if !state.stopped => Ok(state.profile),
            _ => Err(Error::canceled("the node stops, and the profile with it")),
        }
    }

    fn end(&mut self) -> Option<State> {
        let profiler = self.profiler.take()?;
        let mut recording = profiler.recording.lock();
        profiler.on.store(false, Relaxed);
        recording.take()
    }
}

impl Drop for Recording {
    fn drop(&mut self) {
        self.end();
    }
}
