//! The control block of a process: what others hold of it.

use crate::mail::{Mail, MailboxFull};
use infra_base::{Error, Payload, Pid};
use std::sync::Arc;

/// How a process ended.
#[derive(Clone, Debug)]
pub struct Exit {
    /// What it returned, or why it failed.
    pub result: Result<Payload, Error>,
}

/// Reports the end of a process. Runs no guest code, must not block, is called exactly once: after the normal end, after a
/// kill, or from the drop of a process that did not get that far.
pub trait Ending: Send {
    /// Releases names, tells links and monitors, answers owed replies.
    fn end(self: Box<Self>, control: &Arc<Control>, exit: &Exit);
}

/// One allocation: kill flag, mailbox, waker, state.
pub struct Control {
    pid: Pid,
}

impl Control {
    /// A control block for a process that is about to start.
    pub fn new(pid: Pid) -> Arc<Control> {
        Arc::new(Control { pid })
    }

    /// Its address.
    pub fn pid(&self) -> Pid {
        self.pid
    }

    /// Puts mail into the mailbox and wakes the process. `Ok(false)`: it has ended.
    pub fn deliver(&self, mail: Mail) -> Result<bool, MailboxFull> {
        let _ = mail;
        Ok(false)
    }

    /// Ends the process with `reason` at its next poll or fuel check; the first reason wins.
    pub fn kill(&self, reason: Error) {
        let _ = reason;
    }

    /// Has somebody killed it?
    pub fn is_killed(&self) -> bool {
        false
    }
}
