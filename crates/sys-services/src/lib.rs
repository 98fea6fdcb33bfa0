//! Runs services: the supervisor's owner loop, their lifecycle, their states on the event bus.

mod service;

pub use core_supervisor::{Policy, Restart};
pub use service::{Ended, Lifecycle, Service};
