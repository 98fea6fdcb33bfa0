//! What a process runs: an engine's state machine, stepped with fuel.

use crate::control::{Control, Exit};
use crate::mail::Mail;
use std::collections::VecDeque;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

/// What a step came to.
pub enum Step {
    /// Fuel is used up; more to do.
    Continue,
    /// Nothing to do until mail arrives or an operation completes.
    Wait,
    /// The end.
    Done(Exit),
}

/// An engine's process. `step` must return within its fuel and never block.
pub trait Body: Send + 'static {
    /// What a completed operation gives back to the body.
    type Done: Send + 'static;

    /// Runs until fuel is used up, nothing is runnable, or the end. New mail and completed operations are in `cx`.
    fn step(&mut self, cx: &mut StepCx<'_, Self::Done>) -> Step;
}

/// What a step works with.
pub struct StepCx<'a, D> {
    /// Its own control block.
    pub control: &'a Arc<Control>,
    /// Fuel left in this turn; the body subtracts what it uses and returns `Continue` at or below zero.
    pub fuel: &'a mut i64,
    /// Mail since the last step; what the body leaves stays for the next step.
    pub mail: &'a mut VecDeque<Mail>,
    /// Outstanding operations.
    pub ops: &'a mut Ops<D>,
}

/// Outstanding operations of one process: a single one is polled directly, several have a waker each.
pub struct Ops<D> {
    done: VecDeque<D>,
}

impl<D: Send + 'static> Ops<D> {
    /// Starts an operation; it is polled in the process's own poll and dropped when the process ends.
    pub fn start(&mut self, operation: Pin<Box<dyn Future<Output = D> + Send>>) {
        drop(operation);
    }

    /// The next completed operation.
    pub fn next_done(&mut self) -> Option<D> {
        self.done.pop_front()
    }
}
