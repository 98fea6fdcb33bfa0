//! Lifecycle and restart policy of services: events in, actions out; no loop, clock or task of its own.

mod machine;
mod policy;
mod unit;

pub use machine::{Spec, Supervisor, Takeover};
pub use policy::{Policy, Restart};
pub use unit::{Action, Run, State, Status};
