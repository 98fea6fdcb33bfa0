//! What an entry kind provides; `sys-entries` does the rest.

use crate::decode::{FieldDoc, Fields};
use core_dispatch::BoxFuture;
use infra_base::{EntryId, Result};
use std::sync::Arc;

/// How an instance takes a changed definition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// The instance itself takes the new configuration; its state is kept.
    InPlace,
    /// The new instance takes over what the old one holds (a listener).
    HandOver,
    /// Old stopped, new started; on failure the old is started again and the state says so.
    StopStart,
    /// New instance first, then the old one is drained.
    Beside,
    /// The change is rejected, naming the field.
    Refuse(&'static str),
}

/// An entry kind. `decode` and `check` are pure; `build` checks and allocates but opens no port, file or thread: whatever
/// runs is a service that the instance offers, started by the supervisor.
pub trait EntryKind: Send + Sync + 'static {
    /// The kind's text.
    const KIND: &'static str;
    /// One sentence for the reference page.
    const DOC: &'static str;
    /// Its fields, for the reference page and for hints.
    const FIELDS: &'static [FieldDoc];
    /// The decoded definition.
    type Config: Send + Sync + 'static;
    /// What lives while the entry does.
    type Instance: Send + Sync + 'static;

    /// Reads the fields; mistakes are collected in `fields`.
    fn decode(&self, fields: &mut Fields) -> Result<Self::Config>;

    /// Checks against the rest of the registry as it will be: references, duplicates.
    fn check(&self, cx: &BuildCx<'_>, config: &Self::Config) -> Result<()> {
        let _ = (cx, config);
        Ok(())
    }

    /// Makes the instance.
    fn build<'a>(
        &'a self,
        cx: &'a BuildCx<'a>,
        config: Arc<Self::Config>,
    ) -> BoxFuture<'a, Result<Self::Instance>>;

    /// What the instance offers to others, by type and id.
    fn offers(&self, id: &EntryId, instance: &Arc<Self::Instance>, offers: &mut Offers);

    /// How a running instance takes a changed definition.
    fn change(&self, old: &Self::Config, new: &Self::Config) -> Change {
        let _ = (old, new);
        Change::Beside
    }
}

/// What `check` and `build` may look at.
pub struct BuildCx<'a> {
    /// The entry at hand.
    pub id: &'a EntryId,
    /// The registry as it will be after the change.
    pub next: &'a core_registry::Snapshot,
}

/// Collects what an instance offers: traits (`dyn Store`) by entry id, and at most one service with a lifecycle.
#[derive(Default)]
pub struct Offers {}
