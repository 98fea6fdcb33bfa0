//! Runs services: the supervisor's owner loop, their lifecycle, their states on the event bus.

mod owner;
mod report;
mod service;
mod services;

pub use core_supervisor::{Policy, Restart, State, Status, Takeover};
pub use owner::Outcome;
pub use service::{Ended, Lifecycle, Service};
pub use services::{Batch, Services, component};

#[cfg(test)]
mod tests;
