//! Named background tasks with an owner: nothing runs detached.

use parking_lot::Mutex;
use std::any::Any;
use std::collections::BTreeMap;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use tokio::sync::Notify;

/// Spawns named tasks and waits for them at shutdown.
#[derive(Clone, Default)]
pub struct Tasks(Arc<Shared>);

#[derive(Default)]
struct Shared {
    /// How many run under each name.
    running: Mutex<BTreeMap<&'static str, usize>>,
    idle: Notify,
}

impl Tasks {
    /// Runs `task` on the runtime. A panic in it is caught and logged with `name`. The task ends by itself when what
    /// it serves ends (a closed channel, a token); [`Tasks::finished`] waits for that.
    pub fn spawn(&self, name: &'static str, task: impl Future<Output = ()> + Send + 'static) {
        let ticket = Ticket::new(self.0.clone(), name);
        let task = async move {
            let ticket = ticket;
            let mut task = pin!(task);
            // A task that panicked is not polled again, so what it left half-done is not observed.
            let poll =
                std::future::poll_fn(|cx| match catch_unwind(AssertUnwindSafe(|| task.as_mut().poll(cx))) {
                    Ok(Poll::Pending) => Poll::Pending,
                    Ok(Poll::Ready(())) => Poll::Ready(None),
                    Err(panic) => Poll::Ready(Some(panic)),
                });
            if let Some(panic) = poll.await {
                tracing::error!(task = ticket.name, reason = panic_text(&*panic), "background task panicked");
            }
        };
        #[allow(clippy::disallowed_methods, reason = "the owner of background tasks")]
        drop(tokio::spawn(task));
    }

    /// Completes when no task runs.
    pub async fn finished(&self) {
        loop {
            let idle = self.0.idle.notified();
            let mut idle = pin!(idle);
            // Registered before looking, so an end in between is not missed.
            idle.as_mut().enable();
            if self.0.running.lock().is_empty() {
                return;
            }
            idle.await;
        }
    }

    /// Names of the tasks that run, for the report when a shutdown takes too long.
    pub fn running(&self) -> Vec<&'static str> {
        self.0.running.lock().keys().copied().collect()
    }
}

/// Counts a task in while it lives, however it ends.
struct Ticket {
    shared: Arc<Shared>,
    name: &'static str,
}

impl Ticket {
    fn new(shared: Arc<Shared>, name: &'static str) -> Ticket {
        *shared.running.lock().entry(name).or_insert(0) += 1;
        Ticket { shared, name }
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        let mut running = self.shared.running.lock();
        if let Some(count) = running.get_mut(self.name) {
            *count -= 1;
            if *count == 0 {
                running.remove(self.name);
            }
        }
        if running.is_empty() {
            self.shared.idle.notify_waiters();
        }
    }
}

/// What a panic said.
pub(crate) fn panic_text(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("no message")
}
