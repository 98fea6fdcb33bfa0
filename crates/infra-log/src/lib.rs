//! Logging: one sink for host and applications, console and json encoders, a tap.
//!
//! The host logs through `tracing` (target → logger), applications through [`Log::write`]; both become a [`Record`],
//! which the encoder turns into a line. Lines go through a buffer to a thread of their own, so a slow terminal holds
//! no worker; when the buffer is full, lines are dropped and counted. [`Log::flush`] waits for what was written.

mod encode;
mod layer;
mod log;
mod record;
#[cfg(test)]
mod tests;
mod writer;

pub use encode::{Form, visible};
pub use log::{Log, Options, Tap};
pub use record::{Level, Record};
pub use writer::Output;
