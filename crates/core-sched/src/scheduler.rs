//! Owner of the tasks that processes run in: spawns them, counts them, waits for the last.

#![allow(clippy::disallowed_methods, reason = "the one owner of process tasks")]

use crate::chain::{self, BoxProcess};
use crate::control::{Control, Taken};
use crate::turn;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::task::{Context, Poll};
use tokio::sync::Notify;

/// Polls between looks at sockets and timers: at a slice of 75 us a ready socket waits about a millisecond at most where all workers are
/// busy.
#[cfg(not(loom))]
const EVENT_INTERVAL: u32 = 11;

/// The runtime for processes: it looks at its driver often enough beside busy ones, and says when workers are [idle](crate::turn).
// Under loom tokio has no such hooks, and the models need no runtime.
#[cfg(not(loom))]
pub fn runtime() -> tokio::runtime::Builder {
    let mut runtime = tokio::runtime::Builder::new_multi_thread();
    runtime
        .enable_all()
        .event_interval(EVENT_INTERVAL)
        .on_thread_park(crate::turn::worker_parks)
        .on_thread_unpark(crate::turn::worker_goes_on);
    runtime
}

/// Puts processes on the runtime; cheap to clone. One per node or per host: each counts its own.
#[derive(Clone, Default)]
pub struct Scheduler(Arc<Live>);

#[derive(Default)]
struct Live {
    count: AtomicUsize,
    idle: Notify,
}

impl Scheduler {
    /// Runs a process in a task of its own, or in the chain of whoever spawns it or writes to it. Its end is reported by its control
    /// block; there is no handle. Must be called on the runtime.
    pub fn spawn(&self, mut process: BoxProcess) {
        process.settle();
        let counted = self.count();
        if chain::is_open() {
            chain::adopt(process, counted);
        } else {
            give_task(process, counted);
        }
    }

    fn count(&self) -> Counted {
        self.0.count.fetch_add(1, Ordering::Relaxed);
        Counted(self.0.clone())
    }

    /// Runs a future around a call in a task of its own.
    pub fn spawn_future<F: Future + Send + Unpin + 'static>(&self, future: F) {
        turn::woken();
        tokio::spawn(Task { future, _counted: self.count() });
    }

    /// Calls `work` again and again, with a yield behind each call, until it says true; it should take no longer than a slice.
    /// At once where there is no runtime.
    pub fn drudge<F: FnMut() -> bool + Send + Unpin + 'static>(&self, mut work: F) {
        if tokio::runtime::Handle::try_current().is_ok() {
            self.spawn_future(Drudgery(work));
        } else {
            while !work() {}
        }
    }

    /// Processes that have not ended.
    pub fn live(&self) -> usize {
        self.0.count.load(Ordering::Acquire)
    }

    /// Completes when none is live.
    pub async fn idle(&self) {
        loop {
            let idle = self.0.idle.notified();
            if self.live() == 0 {
                return;
            }
            idle.await;
        }
    }
}

/// Puts a process into its control block and makes its task, which polls it soon.
pub(crate) fn give_task(process: BoxProcess, counted: Counted) {
    let control = process.control().clone();
    control.settle_in(process);
    turn::woken();
    tokio::spawn(Task { future: Resident(control), _counted: counted });
}

thread_local! {
    /// The task of [`hand_over_woken`] has not run yet: it lies in the slot, or waits for another worker.
    static WAITS: Arc<AtomicBool> = Arc::default();
}

/// Has another worker run the task that this one has woken last, which tokio keeps for its worker: a new task takes its place there, so it
/// goes into the queue, and an idle worker is called for it. If there was none, the next one that is woken calls a worker, for the new task. False:
/// the new task of last time has not run.
pub(crate) fn hand_over_woken() -> bool {
    let Ok(runtime) = tokio::runtime::Handle::try_current() else { return true };
    WAITS.with(|waits| {
        // Nothing is published by it.
        if waits.swap(true, Ordering::Relaxed) {
            return false;
        }
        let waits = Lowered(waits.clone());
        runtime.spawn(async move { drop(waits) });
        true
    })
}

/// A flag that is lowered when it is dropped.
struct Lowered(Arc<AtomicBool>);

impl Drop for Lowered {
    fn drop(&mut self) {
        self.0.store(false, Ordering::Relaxed);
    }
}

struct Task<F> {
    future: F,
    _counted: Counted,
}

impl<F: Future + Unpin> Future for Task<F> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        Pin::new(&mut self.future).poll(cx).map(drop)
    }
}

struct Drudgery<F>(F);

impl<F: FnMut() -> bool + Unpin> Future for Drudgery<F> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        if (self.0)() {
            return Poll::Ready(());
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    }
}

/// The task of a process that lies in its control block.
struct Resident(Arc<Control>);

impl Future for Resident {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        match self.0.take_out() {
            Taken::Process(mut process) => {
                let task = process.task();
                if !task.as_ref().is_some_and(|task| task.will_wake(cx.waker())) {
                    *task = Some(cx.waker().clone());
                }
                chain::run(process)
            }
            Taken::Running => Poll::Pending,
            Taken::Gone => Poll::Ready(()),
        }
    }
}

impl Drop for Resident {
    fn drop(&mut self) {
        drop(self.0.evict());
    }
}

/// A place among the live.
pub(crate) struct Counted(Arc<Live>);

impl Drop for Counted {
    fn drop(&mut self) {
        if self.0.count.fetch_sub(1, Ordering::AcqRel) == 1 {
            self.0.idle.notify_waiters();
        }
    }
}
