//! Registry of entries: versions, changesets, finder; a pure state machine.

mod change;
mod depend;
mod entry;
mod find;
mod history;
mod map;
mod state;

pub use change::{ChangeSet, Op};
pub use depend::{Edge, Graph, edges};
pub use entry::{Entry, Origin, Place};
pub use find::Query;
pub use history::{History, MemoryHistory, NilHistory, Stored, Timeline};
pub use map::EntryMap;
pub use state::{Snapshot, Version};

#[cfg(test)]
mod laws;
