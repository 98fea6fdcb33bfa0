//! The turn of a task: fuel shared by everything polled within it, nesting depth, length of a slice.
//!
//! Fuel is an engine's unit of work (an instruction or so). The outermost process of a task carries the fuel from poll to
//! poll; processes polled inside its operations draw from the same amount. It is filled up only after the task has
//! passed a yield, which tokio delays until other tasks and the driver had their turn. Blocking keeps the remainder: two
//! processes that chat use up their slices together and then let the others run.
//!
//! A slice is meant to last [`SLICE_NANOS`]. Whenever a fresh slice is used up within one poll its time is taken and the
//! amount is corrected by at most an eighth, so one descheduled thread does not matter and a change of load or machine does.
//!
//! Fuel says little about time where memory is cold: a unit lasts from one nanosecond to a hundred, and the slice is that of all
//! processes. So a body that works for long looks at the clock every [`TICK`] units, and ends its step when
//! [`is_late`] says so, whatever fuel is left.
//!
//! While a worker of the runtime is idle it takes what would wait, so a yield would let nobody run, and call that worker to find
//! nothing besides: some 10 us of 75 in a virtual machine, and more where the two share a core. So a turn is then renewed, up to
//! [`RENEWALS`] times and for [`LONG`]. But not the first ones behind a wait of the worker: it may be the one that looked at sockets and
//! timers before, and another one does so when it is called, at the first yield or within [`SETTLED`] turns. The runtime says who is idle
//! by [`worker_parks`] and [`worker_goes_on`]; one that does not never has its turns renewed.
//!
//! What only this worker can run should not wait for all of that. While a process waits for its yield to pass, a turn lasts
//! [`STRETCH`] slices at most; and the task that was woken last, which tokio keeps for its worker, is handed to the others behind each
//! stretch.

use crate::scheduler;
use infra_clock::{Clock, Moment};
use std::cell::Cell;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicIsize, Ordering};
use std::time::Duration;

/// Deepest chain of calls polled inline in one task; deeper ones are spawned.
pub const INLINE_DEPTH: u32 = 16;

/// What a slice should last.
pub const SLICE_NANOS: i64 = 75_000;

/// Fuel between two looks at the clock by a body that works for long: some 5 us, at worst some 400.
pub const TICK: i64 = 4_096;

/// A turn that takes longer is over.
const LATE: Duration = Duration::from_nanos(2 * SLICE_NANOS as u64);

/// Slices that follow each other while somebody waits for this worker, or until the task that was woken last is handed over.
pub const STRETCH: u32 = 8;

/// The longest time from the first of them to the last.
const STRETCH_TIME: Duration = Duration::from_micros(375);

/// How often a turn is renewed while a worker is idle.
pub const RENEWALS: u32 = 8 * STRETCH - 1;

/// So long after the first time it is not renewed again. Tasks of others that have yielded on this worker wait for it.
const LONG: Duration = Duration::from_millis(4);

/// Turns of a worker after which it has called another one: tokio keeps a woken task for itself three times in a row.
const SETTLED: u32 = 4;

/// What entering a body costs, so that steps without work do not last for ever.
pub const STEP_COST: i64 = 32;

/// What is left to a chain if there is none.
const NO_CHAIN: i64 = i64::MAX;

/// Bounds of a calibrated slice.
const SLICE_BOUNDS: (i64, i64) = (2_000, 2_000_000);

// Statistics and tuning, not synchronisation: nothing is published by them, so `Relaxed` everywhere.
static SLICE: AtomicI64 = AtomicI64::new(30_000);
static FIXED: AtomicBool = AtomicBool::new(false);
static IDLE: AtomicIsize = AtomicIsize::new(0);
static CLOCK: LazyLock<Clock> = LazyLock::new(Clock::system);

thread_local! {
    static DEPTH: Cell<u32> = const { Cell::new(0) };
    static FUEL: Cell<i64> = const { Cell::new(0) };
    static CHAIN: Cell<i64> = const { Cell::new(NO_CHAIN) };
    static YIELDED: Cell<bool> = const { Cell::new(false) };
    /// A task may have been woken in this turn, and lie where only this worker finds it.
    static WOKEN: Cell<bool> = const { Cell::new(false) };
    /// Yields that have not passed: whose they are waits for this worker.
    static DEFERRED: Cell<u32> = const { Cell::new(0) };
    /// One of them has in this turn.
    static DEFERRED_NOW: Cell<bool> = const { Cell::new(false) };
    /// Turns that began on this thread; it wraps.
    static TURN: Cell<u32> = const { Cell::new(0) };
    /// How many when the worker was idle last.
    static PARKED: Cell<u32> = const { Cell::new(0) };
    /// How often the turn was renewed.
    static RENEWED: Cell<u32> = const { Cell::new(RENEWALS) };
    /// When it was for the first time.
    static SINCE: Cell<Moment> = const { Cell::new(Moment(0)) };
    /// When the stretch began.
    static STRETCHED: Cell<Moment> = const { Cell::new(Moment(0)) };
    /// When the turn was asked first whether it is late.
    static ASKED: Cell<Option<Moment>> = const { Cell::new(None) };
}

/// A chain begins: everything polled in it shares one slice.
pub(crate) fn start_chain() {
    CHAIN.set(slice());
    start();
}

fn start() {
    TURN.set(TURN.get().wrapping_add(1));
    let settled = TURN.get().wrapping_sub(PARKED.get()) > SETTLED;
    RENEWED.set(if settled { 0 } else { RENEWALS });
    WOKEN.set(false);
    DEFERRED_NOW.set(false);
    ASKED.set(None);
}

/// The turn goes on where one ended with a yield: it may be renewed.
pub(crate) fn continues() {
    RENEWED.set(0);
}

/// Tells turns of a thread apart: who meets the same number again mostly runs in the same turn again.
#[inline]
pub fn number() -> u32 {
    TURN.get()
}

/// The chain is over: what is polled now has its own slice.
pub(crate) fn end_chain() {
    CHAIN.set(NO_CHAIN);
}

/// Fuel left for the chain that is under way; without one there is no such limit.
#[inline]
pub(crate) fn chain_left() -> i64 {
    CHAIN.get()
}

/// A process has used `fuel`, of the chain if one is under way.
#[inline]
pub(crate) fn charge_chain(fuel: i64) {
    if is_chain() {
        CHAIN.set(CHAIN.get().saturating_sub(fuel));
    }
}

#[inline]
fn is_chain() -> bool {
    CHAIN.get() != NO_CHAIN
}

/// A worker of the runtime has nothing to do: for `tokio::runtime::Builder::on_thread_park`.
pub fn worker_parks() {
    PARKED.set(TURN.get());
    DEFERRED.set(0);
    IDLE.fetch_add(1, Ordering::Relaxed);
}

/// It has again: for `on_thread_unpark`.
pub fn worker_goes_on() {
    IDLE.fetch_sub(1, Ordering::Relaxed);
}

/// Has whoever used up its fuel more of it in the same turn, since nobody would run in between? In a chain with fuel left that is what
/// bounds the turn, otherwise another slice begins, so often. Never with a fixed slice.
#[inline(never)]
pub(crate) fn renew() -> bool {
    if IDLE.load(Ordering::Relaxed) <= 0 || FIXED.load(Ordering::Relaxed) {
        return false;
    }
    if is_chain() && chain_left() > 0 {
        return true;
    }
    let (now, renewed) = (now(), RENEWED.get());
    if renewed == 0 {
        SINCE.set(now);
        STRETCHED.set(now);
    } else if is_over(renewed, now.since(SINCE.get())) {
        return false;
    } else if renewed.is_multiple_of(STRETCH) || now.since(STRETCHED.get()) >= STRETCH_TIME {
        STRETCHED.set(now);
        if WOKEN.get() && scheduler::hand_over_woken() {
            WOKEN.set(false);
        }
    }
    RENEWED.set(renewed + 1);
    if is_chain() {
        CHAIN.set(slice());
    }
    ASKED.set(None);
    true
}

/// Has a turn that was renewed so often, for the first time so long ago, lasted as long as it may?
fn is_over(renewed: u32, time: Duration) -> bool {
    let (renewals, longest) = if DEFERRED.get() > 0 { (STRETCH - 1, STRETCH_TIME) } else { (RENEWALS, LONG) };
    renewed >= renewals || time >= longest
}

/// The process that is polled waits for a yield to pass.
pub(crate) fn yielded() {
    YIELDED.set(true);
}

/// A task may have been woken or made.
#[inline]
pub(crate) fn woken() {
    WOKEN.set(true);
}

/// A yield begins; it passes when this worker has nothing else to do, or now and then.
pub(crate) fn deferred() {
    DEFERRED.set(DEFERRED.get() + 1);
    DEFERRED_NOW.set(true);
}

/// It has passed.
pub(crate) fn passed() {
    DEFERRED.set(DEFERRED.get().saturating_sub(1));
}

/// Did somebody yield in this turn?
pub(crate) fn somebody_yielded() -> bool {
    DEFERRED_NOW.get()
}

/// Did a process yield since this was asked last?
#[inline]
pub(crate) fn take_yielded() -> bool {
    YIELDED.replace(false)
}

/// Depth of process polls on this thread's stack right now; 0 outside.
#[inline]
pub fn depth() -> u32 {
    DEPTH.get()
}

/// Fuel left in this turn; meaningless outside of a process.
#[inline]
pub fn fuel() -> i64 {
    FUEL.get()
}

/// Fuel of a slice.
pub fn slice() -> i64 {
    SLICE.load(Ordering::Relaxed)
}

/// Fixes the slice (tests run with fuel 1) and stops calibration.
pub fn fix_slice(fuel: i64) {
    FIXED.store(true, Ordering::Relaxed);
    SLICE.store(fuel.max(1), Ordering::Relaxed);
}

/// Corrects the slice: `fuel` lasted `elapsed`.
pub fn calibrate(fuel: i64, elapsed: Duration) {
    if FIXED.load(Ordering::Relaxed) {
        return;
    }
    SLICE.store(corrected(slice(), fuel, elapsed), Ordering::Relaxed);
}

fn corrected(slice: i64, fuel: i64, elapsed: Duration) -> i64 {
    let nanos = i64::try_from(elapsed.as_nanos()).unwrap_or(i64::MAX).max(1);
    let right = (i128::from(fuel.max(1)) * i128::from(SLICE_NANOS) / i128::from(nanos)).min(1 << 40) as i64;
    let step = (slice / 8).max(1);
    right.clamp(slice - step, slice + step).clamp(SLICE_BOUNDS.0, SLICE_BOUNDS.1)
}

/// Has the turn lasted so long that the rest of its fuel is forfeit? Counted from the first question on, so that short turns read no
/// clock. Never with a fixed slice.
#[inline]
pub fn is_late() -> bool {
    if FIXED.load(Ordering::Relaxed) {
        return false;
    }
    let now = now();
    match ASKED.get() {
        Some(first) => now.since(first) >= LATE,
        None => {
            ASKED.set(Some(now));
            false
        }
    }
}

pub(crate) fn now() -> Moment {
    CLOCK.now()
}

#[inline]
pub(crate) fn set_fuel(fuel: i64) {
    FUEL.set(fuel);
}

/// The outermost process of a task is about to be polled.
#[inline]
pub(crate) fn arrive() {
    if !is_chain() {
        start();
    }
}

/// A process poll on this thread's stack; leaves on drop, so a panic leaves too.
pub(crate) struct Turn(());

impl Turn {
    pub(crate) fn enter() -> Turn {
        DEPTH.set(DEPTH.get() + 1);
        Turn(())
    }

    pub(crate) fn is_outermost(&self) -> bool {
        DEPTH.get() == 1
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        DEPTH.set(DEPTH.get() - 1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slice_converges_within_its_bounds() {
        // One unit lasts 25 ns: 75 us are 3,000 units.
        let settled = (0..100)
            .fold(30_000, |slice, _| corrected(slice, slice, Duration::from_nanos(slice as u64 * 25)));
        assert!((2_900..=3_100).contains(&settled), "{settled}");
    }

    #[test]
    fn a_turn_is_late_some_time_after_the_first_question() {
        arrive();
        assert!(!is_late(), "the first question starts the clock");
        // Not a timed test: it only ends if time goes on.
        while !is_late() {
            std::hint::spin_loop();
        }
        assert!(is_late());
        charge_chain(1);
        arrive();
        assert!(!is_late(), "another turn, also behind one outside of a chain that used fuel");
    }

    #[test]
    fn one_bad_sample_moves_it_by_an_eighth_at_most() {
        assert_eq!(corrected(80_000, 80_000, Duration::from_secs(9)), 70_000);
        assert_eq!(corrected(80_000, i64::MAX, Duration::ZERO), 90_000);
        assert_eq!(corrected(2_000, 1, Duration::from_secs(9)), 2_000);
        assert_eq!(corrected(2_000_000, i64::MAX, Duration::ZERO), 2_000_000);
    }
}
