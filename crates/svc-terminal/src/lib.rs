//! Terminal hosts: standard input and output for one process at a time.
//!
//! The binary makes one [`Console`] from its standard streams. A process that a `terminal.host` takes in finds a
//! [`Terminal`] in the own slots of its frame: handlers of the `io` module read it there. Reads and writes of the streams
//! happen on two threads of the console, since a pipe or terminal can block for ever and nothing may hold a worker.

mod component;
mod console;
mod host;
mod input;
mod output;

pub use component::component;
pub use console::{Console, Terminal};
pub use input::Reading;
pub use output::{Flushing, Stream, Writing};
