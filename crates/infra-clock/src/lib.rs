//! Time and chance as arguments: system and simulated.

#![allow(clippy::disallowed_methods, reason = "the one owner of time")]

mod clock;
mod rng;

pub use clock::{Clock, Moment, SimControl, Sleep};
pub use rng::Rng;
