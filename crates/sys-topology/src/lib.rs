//! Who watches whom: links, monitors, names, and the table of processes.
//!
//! A process is listed from its spawn, a call from the moment its pid escapes ([`Topology::expose`]), both until their
//! end. Whatever is asked about a pid is asked under the lock of its shard, and the end of a process takes its record out
//! under that lock: a monitor, link or name is either part of the record that the end works through, or finds nobody.

mod locks;
mod names;
mod table;
mod topology;
mod watch;

pub use locks::Locks;
pub use topology::{Fact, Topology, deliver_to};
