//! The handle to the registry at run time: kinds while components load, lookups, changes.

use crate::kind::EntryKind;
use crate::live::{World, offered};
use crate::placeholder::EnvLookup;
use arc_swap::ArcSwap;
use core_registry::{ChangeSet, Entry, History, Snapshot, Version};
use infra_base::{Diagnostic, EntryId, Error, Result};
use std::sync::Arc;

/// The registry with everything that lives in it.
pub struct Entries {
    world: ArcSwap<World>,
}

impl Entries {
    /// Registers a kind; only while components load. A second one of the same text is refused with both owners' names.
    pub fn kind<K: EntryKind>(&self, owner: &'static str, kind: K) -> Result<()> {
        let _ = (owner, kind);
        Err(Error::internal("not built"))
    }

    /// Registers a kind that carries data only: accepted, kept, nothing is built or checked.
    pub fn inert(&self, owner: &'static str, kind: &'static str, doc: &'static str) -> Result<()> {
        let _ = (owner, kind, doc);
        Err(Error::internal("not built"))
    }

    /// Registers where placeholders find variables; only while components load.
    pub fn env(&self, owner: &'static str, env: Arc<dyn EnvLookup>) -> Result<()> {
        let _ = (owner, env);
        Err(Error::internal("not built"))
    }

    /// Registers where versions are kept (memory by default); only while components load.
    pub fn history(&self, owner: &'static str, history: Arc<dyn History>) -> Result<()> {
        let _ = (owner, history);
        Err(Error::internal("not built"))
    }

    /// The registry at this moment.
    pub fn snapshot(&self) -> Snapshot {
        self.world.load().snapshot.clone()
    }

    /// The version at this moment; cheaper than a snapshot.
    pub fn version(&self) -> Version {
        self.world.load().snapshot.version()
    }

    /// What the entry offers as a `T`, without a lock: `entries.get::<dyn Store>(&id)`. Handles keep the id, not the
    /// answer: after a change of the entry the next lookup gives the new instance. `NotFound` without such an entry,
    /// `Invalid` when it is something else.
    pub fn get<T: ?Sized + Send + Sync + 'static>(&self, id: &EntryId) -> Result<Arc<T>> {
        let world = self.world.load();
        offered(&world.live, &world.snapshot, id)
    }

    /// Phase 4 of the boot: builds `baseline` as version 0, replays the stored history on top, starts the services that
    /// start by themselves. Returns warnings (unknown fields …) with their places; the error carries the mistakes of all
    /// entries.
    pub async fn load(&self, baseline: Vec<Arc<Entry>>) -> Result<Vec<Diagnostic>> {
        let _ = baseline;
        Err(Error::internal("not built"))
    }

    /// Applies a changeset: all of it or nothing. `who` is the actor id or "boot". Returns when no new lookup meets the old
    /// instances and every service that it concerns has started, failed to, or stopped.
    pub async fn apply(&self, changes: ChangeSet, who: &str) -> Result<Version> {
        let _ = (changes, who);
        Err(Error::internal("not built"))
    }
}
