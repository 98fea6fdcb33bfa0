//! What a process runs: an engine's state machine, stepped with fuel.

use crate::control::{Control, Exit};
use crate::mail::Inbox;
use crate::near::Near;
use crate::ops::Ops;
use infra_base::Pid;
use infra_clock::Moment;
use std::sync::Arc;

/// What a step came to.
pub enum Step {
    /// Fuel is used up or the process was killed; more to do.
    Continue,
    /// Nothing to do until mail arrives or an operation completes.
    Wait,
    /// The end.
    Done(Exit),
}

/// An engine's process.
///
/// `step` is called for the first time without news, then whenever mail arrived, an operation completed, somebody
/// [nudged](Control::nudge) it, or the last step returned `Continue`. It must return within its fuel and never block. At fuel zero it may ask
/// [`Control::is_killed`]; whether it does or not, `Continue` is the answer and the process looks for itself. A panic in it ends
/// the process with an `Internal` error. Dropping the body frees its resources, before anybody is told of the end.
pub trait Body: Send + 'static {
    /// What a completed operation gives back to the body; it says itself which operation it was.
    type Done: Send + 'static;

    /// Runs until fuel is used up, nothing is runnable, or the end.
    fn step(&mut self, cx: &mut StepCx<'_, Self::Done>) -> Step;

    /// What it says about itself between two steps; asked under the lock of its control block, so it must be short. `None`:
    /// it keeps no figures.
    fn figures(&self) -> Option<Figures> {
        None
    }

    /// Notes what its next step looks at first; asked when it rests.
    fn note(&self, _: &mut Near) {}

    /// Has what such a body noted fetched, while it lies elsewhere: it is stepped soon, on this thread. `own`: see [`Near::lines`].
    fn fetch(_: &Near, _: usize)
    where
        Self: Sized,
    {
    }
}

/// What a process says about itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Figures {
    /// Steps until now.
    pub steps: u64,
    /// When it was made.
    pub started: Moment,
    /// Who spawned it.
    pub parent: Option<Pid>,
    /// Coroutines or the like.
    pub coroutines: usize,
    /// Bytes of its heap, garbage included.
    pub bytes: usize,
    /// Bytes of them in stacks.
    pub stacks: usize,
    /// Objects in its heap, garbage included.
    pub objects: usize,
    /// Completed collections.
    pub collections: u64,
    /// Bytes at which the next collection begins.
    pub next: usize,
    /// Most bytes that it may have.
    pub limit: usize,
}

/// What a process does at the moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Activity {
    /// It is polled, or was while it was asked.
    Running,
    /// It has something to do and waits for its turn.
    Ready,
    /// It waits for mail or an operation.
    Waiting,
}

/// A look at a process that lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Look {
    /// What it does.
    pub activity: Activity,
    /// Its figures, if it keeps some.
    pub figures: Option<Figures>,
    /// Messages in its mailbox, and their bytes.
    pub mail: (usize, usize),
}

/// What a step works with.
pub struct StepCx<'a, D> {
    /// Its own control block.
    pub control: &'a Arc<Control>,
    /// Fuel left in this turn; the body subtracts what it uses and returns `Continue` at or below zero.
    pub fuel: &'a mut i64,
    /// Mail that the body has not taken; what it leaves stays for the next step.
    pub mail: &'a mut Inbox,
    /// Outstanding operations.
    pub ops: &'a mut Ops<D>,
}

impl<D> StepCx<'_, D> {
    /// Bytes of mail in the mailbox, in the inbox, and held by the body.
    pub fn mail_bytes(&self) -> usize {
        self.control.mailbox_load().1.saturating_sub(self.mail.freed.bytes as usize)
    }
}
