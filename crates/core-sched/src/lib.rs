//! A process as a future: control block, mailbox, fuel, hosts.
//!
//! ```text
//! Process<B>: Future<Output = Exit>
//!   poll: killed? → mail → B::step(fuel) → Continue: yield_now, Pending   (fuel used up: others first)
//!                                          Wait:     poll operations, Pending
//!                                          Done(exit)
//! ```
//! Fuel belongs to the task: a process that is polled inside another one's poll draws from the same [`turn`]; only the
//! outermost yields. No end of a process goes unreported: normal end, kill and drop all pass `finish`.

mod body;
mod chain;
mod control;
mod host;
mod mail;
#[cfg(all(test, loom))]
mod models;
mod near;
mod ops;
mod process;
mod scheduler;
mod sync;
pub mod turn;

pub use body::{Activity, Body, Figures, Look, Step, StepCx};
pub use chain::{AnyProcess, BoxProcess};
pub use control::{Control, Ending, Exit};
pub use host::Gate;
pub use mail::{Event, Freed, Inbox, MAX_BYTES, MAX_MESSAGES, Mail, MailboxFull, Message, Room, Topic};
pub use near::Near;
pub use ops::{OpId, Operation, Ops};
pub use process::Process;
pub use scheduler::Scheduler;
#[cfg(not(loom))]
pub use scheduler::runtime;
