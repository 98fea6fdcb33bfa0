//! Lifecycle and restart policy of services: events in, actions out; no loop, clock or task of its own.

mod policy;

pub use policy::{Policy, Restart};
