//! Registry of entries: versions, changesets, finder; a pure state machine.

mod change;
mod entry;
mod find;
mod history;
mod state;

pub use change::{ChangeSet, Op};
pub use entry::{Entry, Origin};
pub use find::Query;
pub use history::{History, Stored};
pub use state::{Registry, Snapshot, Version};
