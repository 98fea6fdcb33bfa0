//! Simulated time: a number and an ordered list of sleepers.

use crate::clock::Moment;
use parking_lot::Mutex;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

#[derive(Default)]
pub(crate) struct Sim(Mutex<State>);

#[derive(Default)]
struct State {
    now: u64,
    made: u64,
    /// By moment, then by the order in which the sleeps were made.
    sleepers: BTreeMap<(u64, u64), Waker>,
}

impl Sim {
    pub(crate) fn now(&self) -> Moment {
        Moment(self.0.lock().now)
    }

    /// Wakes the next sleeper if its moment is not after `limit`; time jumps there.
    fn step(&self, limit: u64) -> Option<Moment> {
        let mut state = self.0.lock();
        let entry = state.sleepers.first_entry().filter(|first| first.key().0 <= limit)?;
        let ((at, _), waker) = entry.remove_entry();
        state.now = state.now.max(at);
        drop(state);
        waker.wake();
        Some(Moment(at))
    }
}

/// Moves a simulated clock.
pub struct SimControl(pub(crate) Arc<Sim>);

impl SimControl {
    /// Moves time by `d`, waking on the way whoever sleeps until then, in order. A sleep that a woken task starts
    /// counts from the moment at which that task gets to run, so step with
    /// [`advance_to_next`](Self::advance_to_next) where that matters.
    pub fn advance(&self, d: Duration) {
        let target = self.0.now().after(d).0;
        while self.0.step(target).is_some() {}
        let mut state = self.0.0.lock();
        state.now = state.now.max(target);
    }

    /// Moves time to the next sleeper and wakes that one alone; `None` if nobody sleeps.
    pub fn advance_to_next(&self) -> Option<Moment> {
        self.0.step(u64::MAX)
    }

    /// How many sleeps wait.
    pub fn sleepers(&self) -> usize {
        self.0.0.lock().sleepers.len()
    }
}

pub(crate) struct SimSleep {
    sim: Arc<Sim>,
    key: (u64, u64),
}

impl SimSleep {
    pub(crate) fn new(sim: Arc<Sim>, at: Moment) -> SimSleep {
        let mut state = sim.0.lock();
        state.made += 1;
        let key = (at.0, state.made);
        drop(state);
        SimSleep { sim, key }
    }

    pub(crate) fn is_over(&self) -> bool {
        self.sim.0.lock().now >= self.key.0
    }

    pub(crate) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let mut state = self.sim.0.lock();
        if state.now >= self.key.0 {
            state.sleepers.remove(&self.key);
            return Poll::Ready(());
        }
        state.sleepers.insert(self.key, cx.waker().clone());
        Poll::Pending
    }
}

impl Drop for SimSleep {
    fn drop(&mut self) {
        self.sim.0.lock().sleepers.remove(&self.key);
    }
}
