//! The registry itself: the present entries and their past, without I/O, clock or chance.

use crate::entry::Entry;
use infra_base::EntryId;
use std::sync::Arc;

/// Number of a version: 0 is the baseline, each applied changeset adds one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Version(pub u64);

/// All entries at one version; cheap to clone and share.
#[derive(Clone, Default)]
pub struct Snapshot {
    version: Version,
}

impl Snapshot {
    /// Its version.
    pub fn version(&self) -> Version {
        self.version
    }

    /// The entry of `id`.
    pub fn get(&self, id: &EntryId) -> Option<&Arc<Entry>> {
        let _ = id;
        None
    }
}

/// The state machine: applies changesets to snapshots.
#[derive(Default)]
pub struct Registry {}
