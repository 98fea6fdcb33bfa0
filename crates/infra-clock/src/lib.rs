//! Time and chance as arguments: system and simulated.

#![allow(clippy::disallowed_methods, reason = "the one owner of time")]

mod clock;
mod rng;
mod sim;
#[cfg(test)]
mod tests;

pub use clock::{Clock, Elapsed, Moment, Sleep};
pub use rng::{Rng, secret};
pub use sim::SimControl;
