//! Registry of entries: versions, changesets, finder; a pure state machine.

mod change;
mod entry;
mod find;
mod history;
mod map;
mod state;

pub use change::{ChangeSet, Op};
pub use entry::{Entry, Origin, Place};
pub use find::Query;
pub use history::{History, Stored};
pub use map::EntryMap;
pub use state::{Snapshot, Version};
