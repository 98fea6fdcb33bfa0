//! Where versions are kept: durable append, read back at boot.

use crate::change::ChangeSet;
use infra_base::Result;
use std::sync::Arc;

/// A stored version.
#[derive(Clone, Debug)]
pub struct Stored {
    /// 1, 2, …; 0 is the baseline from files.
    pub version: u64,
    /// Actor id or "boot".
    pub who: Box<str>,
    /// Unix nanoseconds.
    pub at: i64,
    /// What it changed.
    pub changes: Arc<ChangeSet>,
}

/// Keeps versions. `append` is the point of no return of a change: when it answers `Ok` the version is as durable as this
/// history promises. It may block and is called by the one writer of the registry, never concurrently.
pub trait History: Send + Sync {
    /// Appends the next version.
    fn append(&self, stored: Stored) -> Result<()>;
    /// All versions in order.
    fn load(&self) -> Result<Vec<Stored>>;
}
