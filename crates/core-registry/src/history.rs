//! Where versions are kept: durable append, read back at boot.

use crate::change::ChangeSet;
use crate::state::{Snapshot, Version};
use infra_base::{Error, Result};
use parking_lot::Mutex;
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

/// Keeps versions as long as the node lives.
#[derive(Default)]
pub struct MemoryHistory(Mutex<Vec<Stored>>);

impl History for MemoryHistory {
    fn append(&self, stored: Stored) -> Result<()> {
        self.0.lock().push(stored);
        Ok(())
    }

    fn load(&self) -> Result<Vec<Stored>> {
        Ok(self.0.lock().clone())
    }
}

/// Keeps nothing: changes count versions, but there is no way back.
#[derive(Default)]
pub struct NilHistory;

impl History for NilHistory {
    fn append(&self, _: Stored) -> Result<()> {
        Ok(())
    }

    fn load(&self) -> Result<Vec<Stored>> {
        Ok(Vec::new())
    }
}

/// A baseline and the versions after it.
#[derive(Clone, Debug)]
pub struct Timeline {
    baseline: Snapshot,
    stored: Vec<Stored>,
}

impl Timeline {
    /// The timeline of `stored` on `baseline`. `Internal` when the numbers do not run 1, 2, ….
    pub fn new(baseline: Snapshot, stored: Vec<Stored>) -> Result<Timeline> {
        for (expected, version) in (1..).zip(&stored) {
            if version.version != expected {
                let message = format!("history has version {} where {expected} belongs", version.version);
                return Err(Error::internal(message));
            }
        }
        Ok(Timeline { baseline: baseline.at(Version(0)), stored })
    }

    /// The versions after the baseline.
    pub fn versions(&self) -> &[Stored] {
        &self.stored
    }

    /// The last version.
    pub fn last(&self) -> Version {
        Version(self.stored.len() as u64)
    }

    /// The registry at `version`; 0 is the baseline. `NotFound` for a version that is not kept. A stored version that does
    /// not apply is an error that names it.
    pub fn snapshot_at(&self, version: Version) -> Result<Snapshot> {
        let mut at = self.baseline.clone();
        for stored in &self.stored[..self.index(version)?] {
            at = at.apply(&stored.changes).map_err(|error| {
                error.context(format!("stored version {} no longer applies", stored.version))
            })?;
        }
        Ok(at)
    }

    /// The changes that lead from one version to another, forward or back, squashed; empty between equal ones.
    pub fn path(&self, from: Version, to: Version) -> Result<ChangeSet> {
        let (from, to) = (self.index(from)?, self.index(to)?);
        let mut all = ChangeSet::new();
        if from <= to {
            for stored in &self.stored[from..to] {
                all = all.then((*stored.changes).clone());
            }
        } else {
            for stored in self.stored[to..from].iter().rev() {
                all = all.then(stored.changes.inverse());
            }
        }
        all.squash()
    }

    fn index(&self, version: Version) -> Result<usize> {
        let found = usize::try_from(version.0).ok().filter(|n| *n <= self.stored.len());
        found.ok_or_else(|| Error::not_found(format!("registry version {version} not found")))
    }
}
