//! Owner of the tasks that processes run in: spawns them, counts them, waits for the last.

#![allow(clippy::disallowed_methods, reason = "the one owner of process tasks")]

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};
use tokio::sync::Notify;

/// Puts processes on the runtime; cheap to clone. One per node or per host: each counts its own.
#[derive(Clone, Default)]
pub struct Scheduler(Arc<Live>);

#[derive(Default)]
struct Live {
    count: AtomicUsize,
    idle: Notify,
}

impl Scheduler {
    /// Runs `process`, or a future around one, in a task of its own. Its end is reported by its control block; there is no
    /// handle. Must be called on the runtime.
    pub fn spawn<P: Future + Send + Unpin + 'static>(&self, process: P) {
        self.0.count.fetch_add(1, Ordering::Relaxed);
        tokio::spawn(Task { process, _counted: Counted(self.0.clone()) });
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

struct Task<P> {
    process: P,
    _counted: Counted,
}

impl<P: Future + Unpin> Future for Task<P> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        Pin::new(&mut self.process).poll(cx).map(drop)
    }
}

struct Counted(Arc<Live>);

impl Drop for Counted {
    fn drop(&mut self) {
        if self.0.count.fetch_sub(1, Ordering::AcqRel) == 1 {
            self.0.idle.notify_waiters();
        }
    }
}
